//! The player's own files: inside the program in release builds, read from disk in debug builds, so that a new web build needs no new
//! build of the viewer.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use rust_embed::RustEmbed;

/// A page for a viewer that was built before the player.
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Signboard</title><body style='background:#0b1422;color:#eef3f8;font:6vmin sans-serif;padding:8vmin'>\
    This viewer was built without its player. Run <b>npm run build</b> in <b>web</b>, then build the viewer again.";

#[derive(RustEmbed)]
#[folder = "../../web/apps/viewer/dist"]
#[allow_missing = true]
// The worker and the preview are for other browsers.
#[include = "index.html"]
#[include = "viewer.js"]
#[include = "inter.woff2"]
struct Player;

/// The page.
pub(super) async fn index() -> Response {
    answer("index.html").unwrap_or_else(|| ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response())
}

/// A file of the page. The path carries the token too.
pub(super) async fn file(Path((_token, path)): Path<(String, String)>) -> Response {
    answer(&path).unwrap_or_else(|| (StatusCode::NOT_FOUND, "No such file.\n").into_response())
}

fn answer(path: &str) -> Option<Response> {
    let kind = match path {
        "index.html" => "text/html; charset=utf-8",
        "viewer.js" => "text/javascript; charset=utf-8",
        "inter.woff2" => "font/woff2",
        _ => return None,
    };
    let file = Player::get(path)?;
    let body = match file.data {
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    };
    Some(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], body).into_response())
}
