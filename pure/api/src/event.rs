//! Live events, as the data of Server-Sent Events.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A document changed. Its body is fetched, not sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangeEvent {
    /// Kind of the document.
    pub kind: String,
    /// Which.
    pub id: Uuid,
    /// Address of the log entry.
    pub dot: String,
    /// Who changed it.
    pub author: Option<Uuid>,
    /// What happened to it.
    pub action: ChangeAction,
}

/// What happened to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// Removed for good.
    Delete,
    /// Made.
    Insert,
    /// Changed.
    Update,
}

/// Something changed that is not in the log.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LiveEvent {
    /// Viewers whose status changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub viewers: Vec<Uuid>,
    /// Uploads whose state changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<Uuid>,
    /// Tasks of which runs changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Uuid>,
    /// The list of pending devices changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// Alerts were raised or cleared.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub alerts: bool,
}
