//! Rows that the writer has seen lately. Only the writer changes rows, so what it remembers is what the database holds.

use std::collections::HashMap;
use std::sync::Arc;

use domain::log::Row;
use uuid::Uuid;

use super::Published;

/// How many rows are remembered.
pub(crate) const REMEMBERED: usize = 4096;
/// Of entries that changed more documents than this, rows are copied, so that none keeps a large entry in memory.
const FEW: usize = 4;

/// The key of a document: its kind by number.
pub(crate) type Key = (Kind, Uuid);

/// A kind, by the number that it has until the writer ends: cheaper to compare and to copy than its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Kind(u32);

/// The kinds that were met so far.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    numbers: HashMap<String, Kind>,
    names: Vec<String>,
}

impl Kinds {
    /// The number of a kind, if it has one.
    pub(crate) fn get(&self, name: &str) -> Option<Kind> {
        self.numbers.get(name).copied()
    }

    /// The number of a kind.
    pub(crate) fn number(&mut self, name: &str) -> Kind {
        self.get(name).unwrap_or_else(|| {
            let next = Kind(u32::try_from(self.names.len()).expect("kinds are few"));
            self.names.push(name.to_owned());
            self.numbers.insert(name.to_owned(), next);
            next
        })
    }

    /// The name of a kind.
    pub(crate) fn name(&self, kind: Kind) -> &str {
        &self.names[kind.0 as usize]
    }
}

/// A row, or that there is none.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    /// As the database has it.
    Stored(Option<Row>),
    /// As this change of an entry leaves it. Rows are large, and the entry has it already.
    Changed(Arc<Published>, usize),
}

impl Held {
    /// The row; none if the document is not there.
    pub(crate) fn row(&self) -> Option<&Row> {
        match self {
            Self::Stored(row) => row.as_ref(),
            Self::Changed(published, number) => published.changes[*number].after.as_ref(),
        }
    }

    /// The change that leaves it so, by its entry and its number there; none where the database has it as it is.
    pub(crate) fn changed(&self) -> Option<(&Arc<Published>, usize)> {
        match self {
            Self::Stored(_) => None,
            Self::Changed(published, number) => Some((published, *number)),
        }
    }

    /// The same, as it may be kept for long.
    fn lasting(self) -> Self {
        match &self {
            Self::Changed(published, _) if published.changes.len() > FEW => Self::Stored(self.row().cloned()),
            _ => self,
        }
    }
}

/// Rows by key.
#[derive(Debug, Default)]
pub(crate) struct Rows(HashMap<Key, Held>);

impl Rows {
    /// The row, if it is remembered.
    pub(crate) fn get(&self, key: &Key) -> Option<&Held> {
        self.0.get(key)
    }

    /// Forgets everything if `count` more rows would be too many.
    pub(crate) fn make_room(&mut self, count: usize) {
        if self.0.len() + count > REMEMBERED {
            self.0.clear();
        }
    }

    /// Remembers a row.
    pub(crate) fn put(&mut self, key: Key, row: Held) {
        self.0.insert(key, row.lasting());
    }
}
