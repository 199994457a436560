//! Downloads under way.

use serde::Serialize;
use utoipa::ToSchema;

use crate::schedule::NamedViewer;

/// All downloads under way.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Downloads {
    /// Bytes per second that the server sends to all screens together at most; 0 = unlimited.
    pub limit: u64,
    /// The downloads, the oldest first.
    pub items: Vec<Download>,
}

/// A file on its way to a screen.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Download {
    /// The screen.
    pub viewer: NamedViewer,
    /// Hash of the file.
    pub hash: String,
    /// Name of the media record, if it is one.
    pub name: String,
    /// Bytes of this answer.
    pub bytes: u64,
    /// Bytes of it that are still to be sent.
    pub left: u64,
    /// Since when, Unix milliseconds.
    pub since: i64,
    /// Bytes per second that this screen gets at most; 0 = unlimited.
    pub limit: u64,
}
