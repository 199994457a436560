//! A value as a source gives it, before it is known which setting it is for.

use std::fmt;

/// What stands behind a key in one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false` in the file.
    Bool(bool),
    /// A whole number in the file.
    Integer(i64),
    /// A list in the file.
    List(Vec<Value>),
    /// A kind that no setting takes, such as a date; holds the text as written.
    Odd(String),
    /// Text from the environment or the command line, which do not tell text from number; a list is written with commas.
    Plain(String),
    /// Text in the file.
    Text(String),
}

impl Value {
    /// The elements of a list; a single value counts as a list of one, and plain text is cut at its commas.
    pub(super) fn elements(&self) -> Vec<Self> {
        match self {
            Self::List(values) => values.clone(),
            Self::Plain(text) => {
                text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| Self::Plain(part.to_owned())).collect()
            }
            other => vec![other.clone()],
        }
    }

    /// The text, unless the value is of another kind.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Plain(text) | Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Odd(text) => f.write_str(text),
            Self::Plain(text) | Self::Text(text) => write!(f, "{text:?}"),
            Self::List(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
        }
    }
}
