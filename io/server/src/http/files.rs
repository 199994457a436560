//! Media, thumbnails, bodies and fonts by hash.

use axum::Extension;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Redirect, Response};
use domain::cell::Hash;
use domain::media::Media;
use http::{HeaderMap, Method, StatusCode, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::Id;
use super::noun::visible;
use crate::app::App;
use crate::control_port::{ControlPeer, fetching_viewer};
use crate::files::{MediaFile, send};
use crate::mirror::{Came, come};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(thumbnail))
}

/// The file of a media record.
#[utoipa::path(get, path = "/media/{id}/file", operation_id = "find_media_file", tag = "media", params(("id" = uuid::Uuid, Path)), responses((status = 307)))]
async fn file(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Redirect> {
    let hash = visible::<Media>(&app.core.state(), caller.caller, id)?.value.hash;
    Ok(Redirect::temporary(&format!("/media/{hash}")))
}

/// A small picture of a media record.
#[utoipa::path(get, path = "/media/{id}/thumbnail", operation_id = "find_media_thumbnail", tag = "media", params(("id" = uuid::Uuid, Path)), responses((status = 307)))]
async fn thumbnail(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Redirect> {
    let thumbnail = visible::<Media>(&app.core.state(), caller.caller, id)?.value.thumbnail;
    let hash = thumbnail.ok_or_else(|| Error::not_found("this media has no thumbnail"))?;
    Ok(Redirect::temporary(&format!("/media/{hash}")))
}

/// `GET /media/{hash}`: for signed-in people and approved devices; fonts for everybody who shows a code too.
pub async fn by_hash(
    Extract(app): Extract<App>,
    Path(hash): Path<String>,
    person: Result<SignedIn>,
    peer: Option<Extension<ControlPeer>>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response> {
    let hash: Hash = hash.parse().map_err(|_| Error::not_found("there is no such file"))?;
    if let Some(font) = app.fonts.file(&hash) {
        let headers = [(header::CONTENT_TYPE, "font/woff2"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
        return Ok((headers, font).into_response());
    }
    let state = app.core.state();
    let device = fetching_viewer(&app, &state, &headers, peer.map(|Extension(peer)| peer));
    if device.is_none() && person.is_err() {
        let text = "sign in, or let an administrator approve this screen";
        return Err(Error::new(StatusCode::UNAUTHORIZED, "sign_in_required", text));
    }
    let content_type = match state.rows.media_by_hash(hash) {
        Some(media) if media.hash == hash => media.mime.clone(),
        Some(_) => "image/jpeg".to_owned(),
        None => "application/octet-stream".to_owned(),
    };
    let path = app.core.store().media().path(hash);
    let paced = device.filter(|_| person.is_err());
    let piece = paced.map_or(usize::MAX, |viewer| app.distribution.piece(&state, viewer));
    let file = MediaFile { path, hash: hash.to_string(), content_type, piece };
    let mut sent = send(&method, &headers, &file).await;
    if sent.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        // Another server has it: this one keeps what its own screens need.
        sent = match come(&app, &state, hash).await {
            Came::Here => send(&method, &headers, &file).await,
            Came::Later => return Err(Error::on_its_way("this file is on its way from another server: ask again", 5)),
            Came::Unknown => sent,
        };
    }
    let answer = sent.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::not_found("this file is not on this server"),
        _ => Error::unavailable(error),
    })?;
    Ok(match paced {
        Some(viewer) => app.distribution.pace(&state, viewer, hash, piece, answer),
        None => answer,
    })
}
