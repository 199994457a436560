//! Telling people of alerts: trying it out, and how it went last.

use domain::id::RecipientId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sends a recipient something to try it out.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyTest {
    /// Whom.
    pub recipient: RecipientId,
}

/// What came of telling a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Delivery {
    /// Whom.
    pub recipient: RecipientId,
    /// When, Unix milliseconds.
    pub at: i64,
    /// Whether it was taken.
    pub ok: bool,
    /// What the other end said, or why it could not be asked.
    pub text: String,
    /// Since when nothing was taken, Unix milliseconds; none where the last attempt went well.
    pub failing_since: Option<i64>,
    /// Messages that wait for it, as of the last attempt that failed.
    pub waiting: u64,
}
