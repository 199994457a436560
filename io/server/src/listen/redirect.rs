//! What the HTTP port answers when everything else is on HTTPS.

use axum::Router;
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// A router that sends every request to the same place on the HTTPS port. 308 keeps method and body (RFC 9110,
/// section 15.4.9).
pub(super) fn redirect(https_port: u16) -> Router {
    Router::new().fallback(move |headers: HeaderMap, uri: Uri| async move { to_https(&headers, &uri, https_port) })
}

fn to_https(headers: &HeaderMap, uri: &Uri, port: u16) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| uri.authority().map(Authority::as_str))
        .and_then(|text| text.parse::<Authority>().ok());
    let Some(host) = host else {
        return (StatusCode::BAD_REQUEST, "The request names no host.\n").into_response();
    };
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let target = format!("https://{}{port}{path}", host.host());
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, target)]).into_response()
}
