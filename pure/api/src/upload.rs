//! Uploads besides tus itself.

use domain::id::MediaId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::envelope::ErrorBody;

/// How an upload stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UploadView {
    /// Its id.
    pub id: Uuid,
    /// How far it is.
    pub state: UploadState,
    /// Bytes that are safe on disk.
    pub received: u64,
    /// Bytes in all.
    pub length: u64,
    /// The file's name.
    pub filename: String,
    /// The media record, when done.
    pub media: Option<MediaId>,
    /// Why it was refused.
    pub error: Option<ErrorBody>,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// All bytes are here, the file is being looked at.
    Checking,
    /// The media record exists.
    Done,
    /// Bytes are coming.
    Receiving,
    /// The file cannot be taken.
    Refused,
}
