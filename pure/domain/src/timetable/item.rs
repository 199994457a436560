//! One item of a program: what stands on the screen for a fixed time.

use serde::{Deserialize, Serialize};

use crate::cell::{Hash, Transition};
use crate::content::Content;
use crate::id::{MediaId, RevisionId};

/// One item of a program. It is serialised as in section 3 of `docs/protocols/viewer-session.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Unique in the program, and the same in every program of the same content.
    pub id: String,
    /// What is drawn.
    #[serde(flatten)]
    pub show: Show,
    /// How long it stands, in milliseconds, at least 1.
    pub duration_ms: u64,
    /// How it comes in.
    pub transition: Transition,
    /// What a play record says of it.
    pub play: Play,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Show {
    /// A page of a presentation.
    Page {
        /// Hash of the body.
        body: Hash,
        /// The page's id inside the body.
        page: String,
    },
    /// A picture.
    Image {
        /// The media record.
        media: MediaId,
    },
    /// A film.
    Video {
        /// The media record.
        media: MediaId,
    },
    /// The player's own page, where there is nothing else.
    Standby,
}

/// What a play record says of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Play {
    /// The media or presentation, also where a playlist or a pinned revision brought it; none for standby.
    pub content: Option<Content>,
    /// The revision, for pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// The media record, for pictures and films.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaId>,
}
