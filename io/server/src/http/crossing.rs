//! What pages of the installation's other servers may ask here: a screen's page stays where it was opened, and speaks to the server that stands in
//! (`docs/protocols/viewer-session.md` section 7). No cookie takes part, so that no page speaks for a person.

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::id::ServerId;
use http::header::{self, HeaderName};
use http::{HeaderValue, Method, StatusCode};

use crate::app::App;
use crate::session::origin::is_of_house;

/// How long a browser may remember what is allowed, in seconds.
const REMEMBERED: &str = "7200";
/// Asked by browsers where a page of one network wants something of a more private one.
const PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const PRIVATE_ALLOWED: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Answers what browsers ask before they let a page ask, and marks answers that such a page may read (Fetch, section 3.2).
pub(super) async fn answer(Extract(app): Extract<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(origin) = request.headers().get(header::ORIGIN).filter(|_| is_open(path)).cloned() else {
        return next.run(request).await;
    };
    let own = ServerId(app.core.server_id());
    let is_known = origin.to_str().is_ok_and(|origin| is_of_house(&app.core.state(), own, origin));
    let asks_first = request.method() == Method::OPTIONS;
    let is_private = request.headers().contains_key(PRIVATE);
    let mut response = match asks_first {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if !is_known {
        return response;
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let mut say = |name: HeaderName, value: &'static str| _ = headers.insert(name, HeaderValue::from_static(value));
    say(header::ACCESS_CONTROL_EXPOSE_HEADERS, "content-range, content-length");
    if asks_first {
        say(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST");
        say(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, range");
        say(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED);
        if is_private {
            say(PRIVATE_ALLOWED, "true");
        }
    }
    response
}

/// What a screen needs of a server besides its session, which is a WebSocket and asks nobody first.
fn is_open(path: &str) -> bool {
    path == "/api/v1/viewer/device" || path.starts_with("/media/")
}
