//! What can be put on a screen, and where.

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, MediaId, PlaylistId, PresentationId, RevisionId, ViewerId};

/// Something that plays.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// One picture or film.
    Media(MediaId),
    /// The items of a playlist, in order or shuffled.
    Playlist(PlaylistId),
    /// The pages of a presentation as published last.
    Presentation(PresentationId),
    /// The pages of a presentation as published once, pinned.
    Revision(RevisionId),
}

/// Where something plays.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Every viewer.
    All,
    /// The viewers of a group, and of the groups inside it.
    Group(GroupId),
    /// One viewer.
    Viewer(ViewerId),
}
