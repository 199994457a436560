//! Alerts: what about screens should reach a person.

use domain::alert::AlertKind;
use domain::id::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schedule::NamedViewer;

/// Something that people should look at.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AlertView {
    /// Its id; a UUIDv7, so that ids sort by the time of raising.
    pub id: Uuid,
    /// What it is.
    pub kind: AlertKind,
    /// The screen; none: the server itself.
    pub viewer: Option<NamedViewer>,
    /// Since when it was so, Unix milliseconds.
    pub since: i64,
    /// When it was raised, Unix milliseconds.
    pub raised: i64,
    /// When it was cleared, Unix milliseconds; none = it is still so.
    pub cleared: Option<i64>,
    /// Who has seen it and looks after it; none = nobody said so. There are no more reminders then; that it is over is told all the same.
    pub acknowledged: Option<Acknowledged>,
    /// The numbers behind it, by kind: `offset_ms` of a clock, `free` and `size` of a disk in bytes, `until` of a certificate in Unix milliseconds.
    pub numbers: serde_json::Value,
}

/// Who acknowledged an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// Who.
    pub by: UserId,
    /// The name at that time.
    pub name: String,
    /// When, Unix milliseconds.
    pub at: i64,
}
