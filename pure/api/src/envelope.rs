//! What all answers share: resources with their version, lists with their cursor, errors with their code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A document as a resource.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Resource<T: ToSchema> {
    /// Its id.
    pub id: Uuid,
    /// Its version, also the `ETag`; opaque.
    pub version: String,
    /// Its members.
    #[serde(flatten)]
    pub members: T,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct List<T: ToSchema> {
    /// The resources.
    pub items: Vec<T>,
    /// Cursor of the next page; none at the end.
    pub next: Option<String>,
    /// How many there are in all pages.
    pub total: u64,
}

/// The one envelope of all errors.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ErrorEnvelope {
    /// What went wrong.
    pub error: ErrorBody,
}

/// What went wrong.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// Stable code, such as `name_taken`.
    pub code: String,
    /// A sentence that says what to do.
    pub message: String,
    /// The member at fault, such as `when.until`.
    pub field: Option<String>,
    /// The present version, where a change met a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}
