//! The viewer's side: the rows that it holds, and how deltas change them.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::rows::Rows;
use uuid::Uuid;

use super::SliceId;
use super::delta::{MAX_INVENTORY, version_message};
use super::row::{SliceRow, id_of};
use crate::v1;

/// The most parts of one delta.
const MAX_PARTS: usize = 1_024;

/// All rows that a viewer holds. Rows of unknown kinds are kept: they count for the slice's id, and a newer program may know them.
#[derive(Clone, Debug, Default)]
pub struct Holding {
    rows: BTreeMap<(String, Uuid), SliceRow>,
    /// Parts of a delta that is not whole yet.
    parts: Vec<v1::SliceDelta>,
}

/// What became of a delta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The rows are those of this slice now: store them, then say so.
    Applied {
        /// The slice.
        slice: SliceId,
        /// Rows to store; what the delta did not change is left out.
        put: Vec<SliceRow>,
        /// Rows to remove from the store, by kind and id.
        gone: Vec<(String, Uuid)>,
        /// Whether what it takes away must leave the screen at once.
        urgent: bool,
    },
    /// It does not lead to the slice that it names, or starts from another: nothing has changed, send the inventory.
    Astray,
    /// More parts will come.
    Partly,
}

impl Holding {
    /// What was stored: rows by kind, id and JSON.
    #[must_use]
    pub fn of(stored: impl IntoIterator<Item = (String, Uuid, Bytes)>) -> Self {
        let rows = stored.into_iter().map(|(kind, id, json)| ((kind.clone(), id), SliceRow::new(kind, id, json)));
        Self { rows: rows.collect(), parts: Vec::new() }
    }

    /// The id of the slice that it holds; none while it holds nothing.
    #[must_use]
    pub fn slice(&self) -> Option<SliceId> {
        (!self.rows.is_empty()).then(|| slice_of(&self.rows))
    }

    /// Everything in short. Empty, which brings everything anew, where the rows are too many to be named.
    #[must_use]
    pub fn inventory(&self) -> v1::Inventory {
        let rows = self.rows.values().filter(|_| self.rows.len() <= MAX_INVENTORY);
        v1::Inventory { rows: rows.map(|row| version_message(&row.kind, row.id, row.version)).collect() }
    }

    /// The rows, sorted by kind and id.
    pub fn iter(&self) -> impl Iterator<Item = &SliceRow> {
        self.rows.values()
    }

    /// The input of the timetable and of [`crate::planner::plan`]. Rows that this version does not understand are left out.
    #[must_use]
    pub fn rows(&self) -> Rows {
        let mut rows = Rows::default();
        for row in self.rows.values() {
            if let Some(stored) = row.parse() {
                rows.put(&row.kind, row.id, Some(stored));
            }
        }
        rows
    }

    /// A new session begins: parts of a delta of the one before are dropped.
    pub fn begin(&mut self) {
        self.parts.clear();
    }

    /// Takes one part of a delta. Its parts are applied as one, when the last is here; a delta from nothing replaces all rows.
    pub fn take(&mut self, part: v1::SliceDelta) -> Taken {
        if self.parts.first().is_some_and(|first| first.slice != part.slice || first.base != part.base) {
            self.parts.clear();
        }
        let more = part.more;
        self.parts.push(part);
        if more && self.parts.len() < MAX_PARTS {
            return Taken::Partly;
        }
        let parts = std::mem::take(&mut self.parts);
        if more { Taken::Astray } else { self.apply(parts).unwrap_or(Taken::Astray) }
    }

    fn apply(&mut self, parts: Vec<v1::SliceDelta>) -> Option<Taken> {
        let last = parts.last()?;
        let (urgent, slice) = (last.urgent, SliceId::try_from(last.slice.as_slice()).ok()?);
        let from_nothing = last.base.is_empty();
        if !from_nothing && self.slice().is_none_or(|held| held.as_slice() != last.base.as_slice()) {
            return None;
        }
        let mut rows = if from_nothing { BTreeMap::new() } else { self.rows.clone() };
        let mut put = Vec::new();
        for part in parts {
            for row in part.put {
                let row = SliceRow::new(row.kind, Uuid::from_slice(&row.id).ok()?, row.json);
                rows.insert((row.kind.clone(), row.id), row.clone());
                put.push(row);
            }
            for row in part.gone {
                rows.remove(&(row.kind, Uuid::from_slice(&row.id).ok()?));
            }
        }
        if slice_of(&rows) != slice {
            return None;
        }
        let gone = self.rows.keys().filter(|key| !rows.contains_key(*key)).cloned().collect();
        self.rows = rows;
        Some(Taken::Applied { slice, put, gone, urgent })
    }
}

fn slice_of(rows: &BTreeMap<(String, Uuid), SliceRow>) -> SliceId {
    id_of(rows.values().map(|row| (row.kind.as_str(), row.id, row.version)))
}
