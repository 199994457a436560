//! From a stored file to a media record.

use domain::id::MediaId;
use domain::media::Media;
use domain::noun;
use store::media::Stored;
use uuid::Uuid;

use super::note::Note;
use super::{film, picture, sniff};
use crate::app::App;
use crate::core::Change;
use crate::http::error::{Error, Result};
use crate::now::{new_id, now_ms};

/// Looks at the file, makes its thumbnail and its record. The file stays for the collector if it is refused. Asking again for the same
/// upload, after a crash, makes no second record.
///
/// # Errors
/// 415 or 422 with what is wrong with the file; 503.
pub async fn record(app: &App, upload: Uuid, stored: &Stored, note: &Note) -> Result<MediaId> {
    let files = app.core.store().media().clone();
    let path = files.path(stored.hash);
    let mime = sniff::sniff(&path)?;
    let mut media = Media {
        name: note.name.clone(),
        folder: note.folder,
        hash: stored.hash,
        sha256: stored.sha256.to_string(),
        mime: mime.to_owned(),
        bytes: stored.size,
        made_by: Some(note.user),
        made_at: now_ms(),
        ..Media::default()
    };
    let thumbnail = if media.is_film() {
        let film = film::look_at(&path, app.config.limits.video_seconds).await?;
        (media.width, media.height) = (film.width, film.height);
        (media.duration_ms, media.has_audio) = (film.duration_ms, film.has_audio);
        film.thumbnail
    } else {
        let pixels = app.config.limits.image_pixels;
        let look = tokio::task::spawn_blocking(move || picture::look_at(&path, pixels));
        let picture = look.await.map_err(|_| Error::invalid("file", "the picture is broken: save it anew and try again"))??;
        (media.width, media.height) = (picture.width, picture.height);
        picture.thumbnail
    };
    let thumbnail = files.put(thumbnail).await.map_err(|error| Error::of_store(&error))?;
    media.thumbnail = Some(thumbnail.hash);
    let id = MediaId(new_id());
    let change = Change { author: Some(note.user.0), request: Some(upload) };
    let made = app.core.change(change, move |state| Ok((vec![noun::create(state, id.0, &media)?], id))).await?;
    Ok(made.outcome.or_else(|| made.made("media").map(MediaId)).unwrap_or(id))
}
