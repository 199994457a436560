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
    /// What the member names is gone: it was deleted on another server.
    TargetGone,
    /// An older one of its kind has the same name where names must differ: the older one keeps it.
    TwoNames,
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
    /// Its name; empty if its kind has none, none: it is gone.
    pub name: Option<String>,
    /// The member.
    pub cell: String,
    /// The change whose value was lost: its address, as in `Signboard-Dot`.
    pub loser: String,
    /// The lost value; null where it is secret, or nobody knows it any more. For two names the name by which the younger one is told
    /// apart, for what is gone its kind and id.
    pub value: serde_json::Value,
    /// By whom, when and where the change was made whose value was lost.
    pub made: Option<MadeBy>,
    /// The value that stands; null where it is secret, or the document is gone.
    pub current: serde_json::Value,
    /// By whom, when and where the change was made that stands.
    pub current_made: Option<MadeBy>,
    /// Whether the lost value can be put back: `POST /notices/{id}/take`.
    pub takable: bool,
    /// When it was found, Unix milliseconds.
    pub at: i64,
    /// When a person dealt with it, Unix milliseconds; none = nobody has.
    pub resolved_at: Option<i64>,
    /// Who.
    pub resolved_by: Option<UserId>,
}

/// By whom a change was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MadeBy {
    /// The person's name; empty: the server itself, or somebody who is gone.
    pub by: String,
    /// When, Unix milliseconds by the clock of the server there.
    pub at: i64,
    /// Name of that server; empty if there is only one, or it is not known.
    pub server: String,
}
