//! Play records (`docs/protocols/viewer-session.md` section 4).

use domain::content::Content;
use domain::id::{MediaId, RevisionId, ScheduleId};
use serde::{Deserialize, Serialize};

/// One showing of one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlayRecord {
    /// Number in the stream, from 1 without gaps.
    pub n: u64,
    /// The schedule row; none for the fallback.
    #[serde(default)]
    pub row: Option<ScheduleId>,
    /// The plan.
    pub plan: String,
    /// The item in its program.
    pub item: String,
    /// What was scheduled.
    #[serde(default)]
    pub content: Option<Content>,
    /// Revision of the presentation.
    #[serde(default)]
    pub revision: Option<RevisionId>,
    /// Picture or film.
    #[serde(default)]
    pub media: Option<MediaId>,
    /// First frame, Unix milliseconds.
    pub from: i64,
    /// First moment without it.
    pub until: i64,
    /// Whether it stood for its whole time.
    pub complete: bool,
}
