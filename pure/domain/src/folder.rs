//! Folders of the library: one tree for media, presentations and playlists.

use crate::document::document;
use crate::id::{FolderId, UserId};

document! {
    /// A folder.
    Folder(FolderId) = "folder" {
        /// Name, unique among its siblings.
        name: String = Public,
        /// The folder around it; none at the top.
        parent: Option<FolderId> = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}
