//! Facts: what was played, and who changed what.

use domain::content::Content;
use domain::id::{DeviceId, MediaId, RevisionId, ScheduleId, UserId, ViewerId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One showing of one item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlayView {
    /// Where.
    pub viewer: Option<ViewerId>,
    /// On which machine.
    pub device: DeviceId,
    /// First frame, Unix milliseconds.
    pub from: i64,
    /// First moment without it, Unix milliseconds.
    pub until: i64,
    /// What the screen's clock said, Unix milliseconds, where that was more than a day ahead: `from` is then when the record came.
    pub claimed: Option<i64>,
    /// Whether it stood for its whole time.
    pub complete: bool,
    /// The row; none for the fallback.
    pub row: Option<ScheduleId>,
    /// What was scheduled.
    pub content: Option<Content>,
    /// Revision of the presentation.
    pub revision: Option<RevisionId>,
    /// Picture or film.
    pub media: Option<MediaId>,
    /// Item of its program.
    pub item: String,
}

/// One event or log line of a screen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    /// When, Unix milliseconds.
    pub at: i64,
    /// `error`, `warn`, `info` or `debug`.
    pub level: String,
    /// Stable code, such as `browser.crashed`.
    pub code: String,
    /// A sentence.
    pub text: String,
    /// The machine that told it.
    pub device: DeviceId,
}

/// One change of one document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditView {
    /// When, Unix milliseconds.
    pub at: i64,
    /// Who; none for the server itself.
    pub user: Option<UserId>,
    /// Kind of the document.
    pub kind: String,
    /// Which.
    pub id: Uuid,
    /// `insert`, `update` or `delete`.
    pub action: String,
    /// The changed members before; secret ones are left out.
    pub before: serde_json::Value,
    /// The changed members after.
    pub after: serde_json::Value,
    /// Address of the log entry.
    pub dot: String,
}
