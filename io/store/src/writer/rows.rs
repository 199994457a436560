//! Rows that the writer has seen lately. Only the writer changes rows, so what it remembers is what the database holds.

use std::collections::HashMap;

use domain::log::Row;
use uuid::Uuid;

/// How many rows are remembered.
const REMEMBERED: usize = 4096;

/// The key of a document.
pub(crate) type Key = (String, Uuid);

/// Rows by key; none for a document that is not there.
#[derive(Debug, Default)]
pub(crate) struct Rows(HashMap<Key, Option<Row>>);

impl Rows {
    /// The row, if it is remembered.
    pub(crate) fn get(&self, key: &Key) -> Option<&Option<Row>> {
        self.0.get(key)
    }

    /// Forgets everything if `count` more rows would be too many.
    pub(crate) fn make_room(&mut self, count: usize) {
        if self.0.len() + count > REMEMBERED {
            self.0.clear();
        }
    }

    /// Remembers a row.
    pub(crate) fn put(&mut self, key: Key, row: Option<Row>) {
        self.0.insert(key, row);
    }
}
