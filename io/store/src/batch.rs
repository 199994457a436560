//! Statements that belong to one transaction.

use crate::value::Value;

/// Statements with their parameters, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// Each statement is one of [`crate::sql`].
    pub(crate) statements: Vec<(&'static str, Vec<Value>)>,
}

impl Batch {
    /// Adds a statement.
    pub(crate) fn push(&mut self, sql: &'static str, values: Vec<Value>) {
        self.statements.push((sql, values));
    }

    /// One statement alone.
    pub(crate) fn one(sql: &'static str, values: Vec<Value>) -> Self {
        Self { statements: vec![(sql, values)] }
    }
}

/// Writes `sql` to `text` with its parameters numbered from `offset` + 1 on. Literals in statements hold no `$`.
pub(crate) fn renumber(sql: &str, offset: usize, text: &mut String) {
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        let number: usize = number.parse().expect("parameters are numbered");
        text.push('$');
        text.push_str(&(number + offset).to_string());
        text.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::renumber;

    #[test]
    fn parameters_are_shifted_and_repeated_ones_stay_equal() {
        let mut text = String::new();
        renumber("a = $1 AND ($2 IS NULL OR b = $2) LIMIT $10", 7, &mut text);
        assert_eq!(text, "a = $8 AND ($9 IS NULL OR b = $9) LIMIT $17");
    }
}
