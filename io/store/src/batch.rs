//! Statements that belong to one transaction.

use crate::value::Value;

/// Statements with their parameters, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// Each statement is one of [`crate::sql`].
    pub(crate) statements: Vec<(&'static str, Vec<Value>)>,
    /// Whether heads and digest must have followed the log before.
    pub(crate) folded: bool,
}

impl Batch {
    /// Adds a statement.
    pub(crate) fn push(&mut self, sql: &'static str, values: Vec<Value>) {
        self.statements.push((sql, values));
    }

    /// One statement alone.
    pub(crate) fn one(sql: &'static str, values: Vec<Value>) -> Self {
        Self { statements: vec![(sql, values)], folded: false }
    }
}
