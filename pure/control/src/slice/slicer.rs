//! Making slices for many viewers: each document is written once per version, and viewers at which the same is scheduled share lists.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::document::Document;
use domain::group::{Group, Membership};
use domain::id::ViewerId;
use domain::installation::Installation;
use domain::media::Media;
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::{Presentation, Revision};
use domain::priority::Priority;
use domain::rows::Rows;
use domain::schedule::Schedule;
use domain::table::Table;
use domain::viewer::Viewer;
use uuid::Uuid;

use super::Slice;
use super::pick::{Key, Likeness, own_documents};
use super::row::SliceRow;

/// Rows that no slice uses are dropped when so many more are known than at the last look.
const SWEEP: usize = 4_096;

/// Makes slices.
#[derive(Debug, Default)]
pub struct Slicer {
    known: BTreeMap<Key, Known>,
    swept: usize,
    shared: BTreeMap<Likeness, Arc<[Arc<SliceRow>]>>,
}

/// A document that was written as a row.
#[derive(Debug)]
struct Known {
    /// The document as it was then; kept, so that its address tells whether it is still the same.
    held: Arc<dyn Any + Send + Sync>,
    row: Arc<SliceRow>,
}

impl Slicer {
    /// The rows have changed: lists that were made from the earlier ones are forgotten. Rows are kept while their documents stay.
    pub fn turn(&mut self) {
        self.shared.clear();
        if self.known.len() > self.swept + SWEEP {
            self.known.retain(|_, known| Arc::strong_count(&known.row) > 1);
            self.swept = self.known.len();
        }
    }

    /// The slice of a viewer; none if there is no such viewer. `rows` are the same as at the last call, or [`Self::turn`] was called.
    pub fn slice(&mut self, rows: &Rows, viewer: ViewerId) -> Option<Slice> {
        rows.viewers.get(viewer)?;
        let own = self.write(rows, own_documents(rows, viewer));
        let likeness = Likeness::of(rows, viewer);
        let shared = match self.shared.get(&likeness) {
            Some(shared) => shared.clone(),
            None => {
                let shared = self.write(rows, likeness.documents(rows));
                self.shared.insert(likeness, shared.clone());
                shared
            }
        };
        Some(Slice::new(own, shared))
    }

    fn write(&mut self, rows: &Rows, keys: impl IntoIterator<Item = Key>) -> Arc<[Arc<SliceRow>]> {
        keys.into_iter().filter_map(|key| self.row(rows, key)).collect()
    }

    fn row(&mut self, rows: &Rows, key: Key) -> Option<Arc<SliceRow>> {
        match key.0 {
            k if k == Group::SPEC.name => self.of(&rows.groups, key),
            k if k == Installation::SPEC.name => self.of(&rows.installations, key),
            k if k == Media::SPEC.name => self.of(&rows.media, key),
            k if k == Membership::SPEC.name => self.of(&rows.memberships, key),
            k if k == Playlist::SPEC.name => self.of(&rows.playlists, key),
            k if k == PlaylistItem::SPEC.name => self.of(&rows.items, key),
            k if k == Presentation::SPEC.name => self.of(&rows.presentations, key),
            k if k == Priority::SPEC.name => self.of(&rows.priorities, key),
            k if k == Revision::SPEC.name => self.of(&rows.revisions, key),
            k if k == Schedule::SPEC.name => self.of(&rows.schedules, key),
            k if k == Viewer::SPEC.name => self.of(&rows.viewers, key),
            other => unreachable!("kind {other} is not picked"),
        }
    }

    fn of<T: Document>(&mut self, table: &Table<T>, key: Key) -> Option<Arc<SliceRow>> {
        let (_, id): (_, Uuid) = key;
        let held = table.held(T::Id::from(id))?;
        if let Some(known) = self.known.get(&key).filter(|known| address(&known.held) == address(held)) {
            return Some(known.row.clone());
        }
        let mut row = Arc::new(SliceRow::of(id, held));
        // A change of cells that do not travel leaves the row as it is, and the lists that share it.
        if let Some(before) = self.known.get(&key).filter(|before| before.row.version == row.version) {
            row = before.row.clone();
        }
        self.known.insert(key, Known { held: held.clone(), row: row.clone() });
        Some(row)
    }
}

fn address<T: ?Sized>(shared: &Arc<T>) -> *const () {
    Arc::as_ptr(shared).cast()
}
