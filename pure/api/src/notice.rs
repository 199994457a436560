//! What people should look at because one of two concurrent changes won.

use domain::id::UserId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeWhat {
    /// Two changed the same member without knowing of each other; the later change stands.
    ConcurrentEdit,
    /// A change came to something that another one had deleted.
    EditLostToDelete,
}

/// A notice, as this server found it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct NoticeView {
    /// Which.
    pub id: Uuid,
    /// What happened.
    pub what: NoticeWhat,
    /// Kind of the document.
    pub kind: String,
    /// The document.
    pub document: Uuid,
    /// The member.
    pub cell: String,
    /// The change whose value was lost: its address, as in `Signboard-Dot`.
    pub loser: String,
    /// The lost value; null where it is secret, or where only the other one was there to be seen.
    pub value: serde_json::Value,
    /// When it was found, Unix milliseconds.
    pub at: i64,
    /// When a person dealt with it, Unix milliseconds; none = nobody has.
    pub resolved_at: Option<i64>,
    /// Who.
    pub resolved_by: Option<UserId>,
}
