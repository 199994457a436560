//! Presentations and their immutable revisions.

use serde::{Deserialize, Serialize};

use crate::cell::{Hash, Size, Transition};
use crate::document::document;
use crate::id::{FolderId, MediaId, PresentationId, RevisionId, UserId};

document! {
    /// A presentation: what people edit (the draft) and what screens show (the head).
    Presentation(PresentationId) = "presentation" {
        /// Name, shown to people.
        name: String = Public,
        /// Folder; none at the top.
        folder: Option<FolderId> = Public,
        /// Hash of the body being edited.
        draft: Option<Hash> = Public,
        /// The published revision; none before the first publishing and after unpublishing.
        head: Option<RevisionId> = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

document! {
    /// A published state of a presentation. Written once, never changed.
    Revision(RevisionId) = "revision" {
        /// Of which presentation.
        presentation: PresentationId = Public,
        /// The revision it was made from.
        parent: Option<RevisionId> = Public,
        /// Hash of the body.
        body: Hash = Public,
        /// Size of the canvas.
        canvas: Size = Public,
        /// The pages in order.
        pages: Vec<PageSummary> = Public,
        /// Media that the pages use, sorted, each once.
        media: Vec<MediaId> = Public,
        /// Who published it.
        published_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        published_at: i64 = Public,
    }
}

/// What the timetable needs to know of a page.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSummary {
    /// The page's id inside the body.
    pub id: String,
    /// How long it stands, in milliseconds, at least 1.
    pub duration_ms: u64,
    /// How it comes in.
    pub transition: Transition,
}

impl Revision {
    /// Time for all pages, in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        self.pages.iter().map(|page| page.duration_ms).sum()
    }
}
