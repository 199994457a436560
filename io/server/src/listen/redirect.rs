//! What the HTTP port answers when everything else is on HTTPS.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::requested_host;

/// A router that sends every request to the same place on the HTTPS port. 308 keeps method and body (RFC 9110,
/// section 15.4.9).
pub(super) fn redirect(https_port: u16) -> Router {
    Router::new().fallback(move |headers: HeaderMap, uri: Uri| async move { to_https(&headers, &uri, https_port) })
}

fn to_https(headers: &HeaderMap, uri: &Uri, port: u16) -> Response {
    let Some(host) = requested_host(headers, uri) else {
        return (StatusCode::BAD_REQUEST, "The request names no host.\n").into_response();
    };
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let target = format!("https://{}{port}{path}", host.host());
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, target)]).into_response()
}
