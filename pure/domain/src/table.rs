//! Tables in memory: persistent maps, so that a copy costs nothing and readers never see half a change.

use std::sync::Arc;

use uuid::Uuid;

use crate::document::Document;
use crate::log::{Cells, Row};
use crate::stamp::Dot;
use crate::version::Version;

/// A document as the server holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<T> {
    /// The entry that brought it into being.
    pub birth: Dot,
    /// Which state of it this is, for `ETag`s and conflict checks.
    pub version: Version,
    /// Its cells.
    pub value: T,
    /// Cells of newer versions, as they came; none in the usual case.
    pub unread: Option<Box<Cells>>,
}

/// All documents of one kind.
#[derive(Clone, Debug)]
pub struct Table<T: Document>(imbl::OrdMap<Uuid, Arc<Held<T>>>);

impl<T: Document> Default for Table<T> {
    fn default() -> Self {
        Self(imbl::OrdMap::new())
    }
}

impl<T: Document> Table<T> {
    /// The document, trashed ones too.
    #[must_use]
    pub fn get(&self, id: T::Id) -> Option<&T> {
        self.held(id).map(|held| &held.value)
    }

    /// The document with its version.
    #[must_use]
    pub fn held(&self, id: T::Id) -> Option<&Arc<Held<T>>> {
        self.0.get(&id.into())
    }

    /// All documents in the order of their ids, which is the order of their making.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (T::Id, &Arc<Held<T>>)> {
        self.0.iter().map(|(id, held)| (T::Id::from(*id), held))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a row as the store has it now; none removes the document. Returns what was there before.
    pub fn put(&mut self, id: Uuid, row: Option<Row>) -> Option<Arc<Held<T>>> {
        let Some(row) = row else { return self.0.remove(&id) };
        let (birth, version) = (row.birth, Version::of(&row));
        let (value, unread) = T::from_cells(row.cells.into_iter().map(|(name, cell)| (name, cell.value)).collect());
        let unread = (!unread.is_empty()).then(|| Box::new(unread));
        self.0.insert(id, Arc::new(Held { birth, version, value, unread }))
    }
}
