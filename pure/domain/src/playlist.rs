//! Playlists. Each entry is a document of its own, ordered by a fractional index.

use crate::cell::{Transition, Validity};
use crate::content::Content;
use crate::document::document;
use crate::id::{FolderId, PlaylistId, PlaylistItemId, UserId};

/// How long a picture stands where nobody said otherwise, in milliseconds.
pub const PICTURE_MS: u64 = 10_000;

document! {
    /// A playlist.
    Playlist(PlaylistId) = "playlist" {
        /// Name, shown to people.
        name: String = Public,
        /// Folder; none at the top.
        folder: Option<FolderId> = Public,
        /// Whether each round has its own order, the same on every screen.
        shuffle: bool = Public,
        /// How pictures and films come in; pages bring their own.
        transition: Transition = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

document! {
    /// One entry of a playlist: a picture, a film, or all pages of a presentation.
    PlaylistItem(PlaylistItemId) = "playlist_item" {
        /// Of which playlist.
        playlist: PlaylistId = Public,
        /// Fractional index; entries are ordered by it, then by id.
        order: String = Public,
        /// What plays; a playlist inside a playlist is refused.
        content: Option<Content> = Public,
        /// How long a picture stands, in milliseconds; none = [`PICTURE_MS`]. Films and presentations have their own length.
        duration_ms: Option<u64> = Public,
        /// When it may be shown.
        validity: Validity = Public,
    }
}
