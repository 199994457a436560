//! Drafts, publishing and playlists' entries.

use domain::cell::Validity;
use domain::content::Content;
use domain::id::{PlaylistItemId, RevisionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Publishes an earlier revision again.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revert {
    /// Which.
    pub revision: RevisionId,
}

/// A saved draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SavedDraft {
    /// Hash of the body: what `If-Match` must name next time.
    pub draft: String,
}

/// Something of a draft that will not play as drawn.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftProblem {
    /// The page.
    pub page: String,
    /// The element.
    pub element: String,
    /// Stable code: `media.missing`, `media.trashed`, `media.none`, `kind.unknown`.
    pub code: String,
    /// A sentence.
    pub text: String,
}

/// Adds an entry to a playlist.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// What plays.
    pub content: Content,
    /// Behind which entry; absent = at the end, null = at the beginning.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<PlaylistItemId>)]
    pub after: Option<Option<PlaylistItemId>>,
    /// How long a picture stands, in milliseconds.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// When it may be shown.
    #[serde(default)]
    pub validity: Validity,
}

/// Moves an entry.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveItem {
    /// Behind which entry; null = to the beginning.
    pub after: Option<PlaylistItemId>,
}

/// Tells a member that is null from one that is absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<PlaylistItemId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
