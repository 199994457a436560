//! Reading the TOML file into keys, values and lines.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::Value;

/// One `key = value` of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    /// Full key, such as `web.http-port`.
    pub(super) key: String,
    /// The value; `None` for an empty table, which can only be a mistyped section.
    pub(super) value: Option<Value>,
    /// Line, counted from 1.
    pub(super) line: usize,
}

/// Text that is not TOML: the line, counted from 1, and the parser's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Every assignment of a TOML text, in the order of its lines.
///
/// # Errors
/// The first place where the text is not TOML.
pub(super) fn assignments(text: &str) -> Result<Vec<Assignment>, SyntaxError> {
    let table = DeTable::parse(text).map_err(|error| SyntaxError {
        line: line_of(text, &error.span().unwrap_or(0..0)),
        message: error.message().lines().collect::<Vec<_>>().join(", "),
    })?;
    let mut found = Vec::new();
    walk(text, "", table.get_ref(), &mut found);
    found.sort_by_key(|assignment| assignment.line);
    Ok(found)
}

fn walk(text: &str, prefix: &str, table: &DeTable<'_>, found: &mut Vec<Assignment>) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        let line = line_of(text, &name.span());
        match value.get_ref() {
            DeValue::Table(inner) if inner.is_empty() => found.push(Assignment { key, value: None, line }),
            DeValue::Table(inner) => walk(text, &format!("{key}."), inner, found),
            other => {
                let value = Some(read(other, &text[value.span()]));
                found.push(Assignment { key, value, line });
            }
        }
    }
}

fn read(value: &DeValue<'_>, written: &str) -> Value {
    match value {
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or_else(|_| Value::Odd(written.to_owned()), Value::Integer)
        }
        DeValue::Array(values) => Value::List(values.iter().map(|value| read(value.get_ref(), written)).collect()),
        _ => Value::Odd(written.lines().next().unwrap_or_default().to_owned()),
    }
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = &text.as_bytes()[..span.start.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
