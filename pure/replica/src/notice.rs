//! Notices: what people should look at because one of two concurrent changes won.

use domain::stamp::Dot;
use uuid::Uuid;

use crate::encoding;

/// A lost change. Servers that find the same one make the same id, so that it is kept once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// First 16 bytes of BLAKE3 over kind, document, cell and the loser's dot.
    pub id: Uuid,
    /// What happened.
    pub what: NoticeKind,
    /// Kind of the document.
    pub kind: String,
    /// The document.
    pub document: Uuid,
    /// The cell.
    pub cell: String,
    /// The entry whose value was lost.
    pub loser: Dot,
}

/// What people should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// Another write of the same cell, made without knowing this one, has the larger stamp.
    ConcurrentEdit,
    /// The document was deleted by somebody who did not know the edit.
    EditLostToDelete,
    /// What the cell names is gone: it was deleted by somebody who did not know of this reference.
    TargetGone,
    /// An older document has the same name where names must differ.
    TwoNames,
}

impl Notice {
    /// Makes a notice with its id.
    #[must_use]
    pub fn new(what: NoticeKind, kind: &str, document: Uuid, cell: &str, loser: Dot) -> Self {
        let mut bytes = Vec::with_capacity(96);
        encoding::text(&mut bytes, kind);
        bytes.extend(document.as_bytes());
        encoding::text(&mut bytes, cell);
        encoding::dot(&mut bytes, &loser);
        let mut id = [0; 16];
        blake3::Hasher::new().update(&bytes).finalize_xof().fill(&mut id);
        Self { id: Uuid::from_bytes(id), what, kind: kind.to_owned(), document, cell: cell.to_owned(), loser }
    }
}
