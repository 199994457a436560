//! Alerts: what about screens and servers should reach a person.

use domain::alert::AlertKind;
use domain::id::{ServerId, UserId};
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
    /// The screen; none: a server.
    pub viewer: Option<NamedViewer>,
    /// Without a screen: the server that it is about; none: the one that answers, which is the only one. With a screen: its server, which is silent,
    /// so that nobody knows how the screen is; none: the alert is about the screen itself.
    pub server: Option<NamedServer>,
    /// Since when it was so, Unix milliseconds.
    pub since: i64,
    /// When it was raised, Unix milliseconds.
    pub raised: i64,
    /// When it was cleared, Unix milliseconds; none = it is still so.
    pub cleared: Option<i64>,
    /// Who has seen it and looks after it; none = nobody said so. There are no more reminders then; that it is over is told all the same.
    pub acknowledged: Option<Acknowledged>,
    /// The numbers behind it, by kind: `offset_ms` of a clock, `free` and `size` of a disk in bytes, `until` of a certificate in Unix milliseconds, `files`
    /// that were spoilt.
    pub numbers: serde_json::Value,
}

/// A server by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedServer {
    /// Which.
    pub id: ServerId,
    /// Its name at that time.
    pub name: String,
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
