//! Media: the record of one picture or film; the file itself is stored by its hash.

use crate::cell::{Hash, Validity};
use crate::document::document;
use crate::id::{FolderId, MediaId, UserId};

document! {
    /// A picture or film of the library.
    Media(MediaId) = "media" {
        /// Name, shown to people; the file's name at first.
        name: String = Public,
        /// Folder; none at the top.
        folder: Option<FolderId> = Public,
        /// BLAKE3 of the file.
        hash: Hash = Public,
        /// SHA-256 of the file, 64 hexadecimal digits, for browsers.
        sha256: String = Public,
        /// Media type as sniffed, such as `image/jpeg`.
        mime: String = Public,
        /// Length of the file.
        bytes: u64 = Public,
        /// Width in pixels as shown (rotation in the file applied).
        width: u32 = Public,
        /// Height in pixels as shown.
        height: u32 = Public,
        /// Exact duration in milliseconds; 0 for pictures.
        duration_ms: u64 = Public,
        /// Whether a film has sound.
        has_audio: bool = Public,
        /// A small JPEG picture of it.
        thumbnail: Option<Hash> = Public,
        /// When it may be shown.
        validity: Validity = Public,
        /// Author and licence, where they must be named.
        attribution: String = Public,
        /// Who uploaded it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

impl Media {
    /// Whether it moves.
    #[must_use]
    pub fn is_film(&self) -> bool {
        self.mime.starts_with("video/")
    }
}
