//! What a file is, by its first bytes. Its name is never believed.

use std::path::Path;

use http::StatusCode;

use crate::http::error::{Error, Result};

/// The types that players show.
pub const ALLOWED: [&str; 6] = ["image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/webm"];

/// The media type of a file.
///
/// # Errors
/// 415 when it is none of [`ALLOWED`].
pub fn sniff(path: &Path) -> Result<&'static str> {
    let kind = infer::get_from_path(path).map_err(Error::unavailable)?;
    let found = kind.map(|kind| kind.mime_type());
    let found = if found == Some("video/x-m4v") { Some("video/mp4") } else { found };
    ALLOWED.into_iter().find(|mime| Some(*mime) == found).ok_or_else(|| {
        let what = found.map_or_else(|| "of an unknown type".to_owned(), |mime| format!("of type {mime}"));
        let text = format!("the file is {what}: JPEG, PNG, WebP and GIF pictures, MP4 and WebM films are possible");
        Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", text).at("file")
    })
}
