//! The built web apps: admin at `/`, HTML5 viewer at `/viewer/`.
//!
//! A release build carries them inside the program; a debug build reads them from disk, so that a new web build
//! needs no new server build.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};

use super::conditions::{Verdict, evaluate};
use super::encoding::Encoding;

/// Page for a server that was built before the web apps.
const NOT_BUILT: &str = include_str!("not_built.html");

#[derive(RustEmbed)]
#[folder = "../../web/apps/admin/build"]
#[allow_missing = true]
struct Admin;

#[derive(RustEmbed)]
#[folder = "../../web/apps/viewer/dist"]
#[allow_missing = true]
struct Viewer;

/// What the page of a screen may load: as all pages, and it asks other servers of the installation. Which ones there are it learns later,
/// and it is kept where it is shown: the page cannot name them.
const SCREENS: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data: blob:; \
     style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; connect-src http: https: ws: wss: blob:; worker-src 'self' blob:; \
     frame-ancestors 'self'; base-uri 'self'; form-action 'self'";

/// How to find a file of an app.
type Find = fn(&str) -> Option<EmbeddedFile>;

/// The web apps as a router; its fallback answers every path that nothing else answers.
pub fn web_routes() -> Router {
    Router::new()
        .route("/viewer", get(|| async { Redirect::permanent("/viewer/") }))
        .route("/viewer/", get(viewer))
        .route("/viewer/{*path}", get(viewer))
        .fallback(admin)
        // For files without a compressed copy beside them.
        .layer(CompressionLayer::new().gzip(true).compress_when(DefaultPredicate::new().and(NotForContentType::new("font/"))))
}

async fn viewer(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().strip_prefix("/viewer/").unwrap_or_default();
    let mut response = answer(Viewer::get, path, false, &method, &headers);
    if path.is_empty() || path == "index.html" {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SCREENS));
    }
    response
}

async fn admin(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    answer(Admin::get, uri.path().trim_start_matches('/'), true, &method, &headers)
}

/// The file, the start page of an app whose pages are made in the browser, or 404.
fn answer(find: Find, wanted: &str, has_pages: bool, method: &Method, headers: &HeaderMap) -> Response {
    let folder = format!("{wanted}index.html");
    let path = if wanted.is_empty() || wanted.ends_with('/') { folder.as_str() } else { wanted };
    if let Some(answer) = file(find, path, method, headers) {
        return answer;
    }
    // A missing script must not be answered with a page.
    let is_page = !wanted.rsplit('/').next().unwrap_or(wanted).contains('.');
    if path == "index.html" || (has_pages && is_page) {
        return file(find, "index.html", method, headers).unwrap_or_else(not_built);
    }
    (StatusCode::NOT_FOUND, "No such file.\n").into_response()
}

fn file(find: Find, path: &str, method: &Method, headers: &HeaderMap) -> Option<Response> {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|field| field.to_str().ok()).unwrap_or("");
    let (encoding, file) = Encoding::ALL
        .into_iter()
        .filter(|encoding| encoding.is_accepted(accepted))
        .find_map(|encoding| Some((encoding, find(&format!("{path}{}", encoding.suffix()))?)))?;
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let mut answer = Response::builder()
        .header(header::ETAG, &tag)
        .header(header::VARY, "Accept-Encoding")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, cache_control(path));
    if evaluate(method, headers, &tag, file.data.len() as u64) == Verdict::NotModified {
        return answer.status(StatusCode::NOT_MODIFIED).body(Body::empty()).ok();
    }
    if let Some(name) = encoding.name() {
        answer = answer.header(header::CONTENT_ENCODING, name);
    }
    if path.ends_with(".html") {
        answer = answer
            .header(header::REFERRER_POLICY, "same-origin")
            // The editor shows the viewer in a frame of the same origin.
            .header(header::X_FRAME_OPTIONS, "SAMEORIGIN");
    }
    answer = answer.header(header::CONTENT_TYPE, content_type(path)).header(header::CONTENT_LENGTH, file.data.len());
    let body = match file.data {
        _ if method == Method::HEAD => Body::empty(),
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    };
    answer.body(body).ok()
}

fn not_built() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response()
}

/// What the build names by its content never changes; everything else is asked for again each time.
fn cache_control(path: &str) -> &'static str {
    if path.contains("/immutable/") || has_hash(path) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Whether the name holds a hash of at least eight hexadecimal digits between dots or dashes, as in `player-0a1b2c3d.js`.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(['.', '-']).skip(1).any(|part| {
        let is_hex = part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        part.len() >= 8 && is_hex && part.bytes().any(|byte| byte.is_ascii_digit())
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "gif" => "image/gif",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpeg" | "jpg" => "image/jpeg",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "mp4" => "video/mp4",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{cache_control, has_hash};

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for (path, hashed) in [
            ("index.html", false),
            ("sw.js", false),
            ("player-0a1b2c3d.js", true),
            ("fonts/inter.9f8e7d6c5b4a.woff2", true),
            ("icon-decade.png", false),
            ("0a1b2c3d.js", false),
        ] {
            assert_eq!(has_hash(path), hashed, "{path}");
        }
        assert!(cache_control("_app/immutable/start.js").contains("immutable"));
        assert_eq!(cache_control("viewer.js"), "no-cache");
    }
}
