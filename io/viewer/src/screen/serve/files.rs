//! Bodies, fonts and media by hash, straight from the library.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::cell::Hash;
use http::{HeaderValue, StatusCode, header};
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

use super::Served;

/// The file, whole or in the part that is asked for (RFC 9110 section 14); 404 while the library does not have it.
pub(super) async fn media(
    State(served): State<Arc<Served>>,
    Path((_token, hash)): Path<(String, String)>,
    request: Request,
) -> Response {
    // A file that is asked for first is read whole to check it.
    let library = Arc::clone(&served.library);
    let look = move || hash.parse::<Hash>().ok().and_then(|hash| Some((hash, library.path(&hash)?)));
    let Ok(Some((hash, path))) = tokio::task::spawn_blocking(look).await else {
        return (StatusCode::NOT_FOUND, "No such file.\n").into_response();
    };
    let Ok(mut answer) = ServeFile::new(path).oneshot(request).await.map(axum::response::IntoResponse::into_response);
    let headers = answer.headers_mut();
    // What the viewer keeps already must not be kept by the browser again.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::LAST_MODIFIED);
    let kind = served.stage.mime(&hash).and_then(|kind| HeaderValue::from_str(&kind).ok());
    headers.insert(header::CONTENT_TYPE, kind.unwrap_or_else(|| HeaderValue::from_static("application/octet-stream")));
    answer
}
