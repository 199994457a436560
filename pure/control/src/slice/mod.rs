//! The slice: the rows from which a viewer makes its own plan, the same as the server would (`docs/protocols/control.md` section 4).
//!
//! [`Slicer`] is the server's side: it picks the rows of a viewer and shares what viewers have in common. [`Holding`] is the viewer's:
//! it keeps rows of any kind, also of kinds that it does not know, and takes [`delta`]s.

mod cells;
pub mod delta;
pub mod holding;
mod pick;
pub mod row;
pub mod slicer;

use std::sync::Arc;

use row::SliceRow;

pub use holding::Holding;
pub use slicer::Slicer;

/// Names a slice: BLAKE3 over all its rows.
pub type SliceId = [u8; 32];

/// The rows of one viewer. A copy is cheap: rows, and most lists of rows, are shared between viewers.
#[derive(Clone, Debug)]
pub struct Slice {
    id: SliceId,
    /// The viewer's own document and memberships, sorted.
    own: Arc<[Arc<SliceRow>]>,
    /// What it has in common with viewers at which the same is scheduled, sorted.
    shared: Arc<[Arc<SliceRow>]>,
}

impl Slice {
    fn new(own: Arc<[Arc<SliceRow>]>, shared: Arc<[Arc<SliceRow>]>) -> Self {
        let mut slice = Self { id: [0; 32], own, shared };
        slice.id = row::id_of(slice.rows().map(|row| (row.kind.as_str(), row.id, row.version)));
        slice
    }

    /// A slice of these rows, in any order; of rows with the same kind and id the first counts.
    #[must_use]
    pub fn of(mut rows: Vec<Arc<SliceRow>>) -> Self {
        rows.sort_by(|a, b| a.key().cmp(&b.key()));
        rows.dedup_by(|a, b| a.key() == b.key());
        Self::new(rows.into(), Arc::new([]))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> SliceId {
        self.id
    }

    /// All rows, sorted by kind and id.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<SliceRow>> {
        let (mut own, mut shared) = (self.own.iter().peekable(), self.shared.iter().peekable());
        std::iter::from_fn(move || match (own.peek(), shared.peek()) {
            (Some(a), Some(b)) if b.key() < a.key() => shared.next(),
            (Some(_), _) => own.next(),
            (None, _) => shared.next(),
        })
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.own.len() + self.shared.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
