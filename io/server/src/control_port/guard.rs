//! Who may ask what on the control port (`docs/protocols/control.md`, section 1).

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use tonic::Status;

use super::peer::{ControlPeer, Place};
use super::refused::Reason;
use crate::app::App;
use crate::http::caller::SignedIn;
use crate::http::error::Error;
use crate::now::now_ms;

/// What a place is refused with; none: the device has a place and a certificate that counts.
fn refusal(place: Place) -> Option<(Reason, Status)> {
    match place {
        Place::At(..) => None,
        Place::Stranger => Some((Reason::NoCertificate, Status::unauthenticated("bring the certificate that Enrol gave"))),
        Place::Unknown => {
            Some((Reason::UnknownKey, Status::unauthenticated("this server does not know the key: call Renew or Enrol")))
        }
        Place::Expired(_) => Some((Reason::Expired, Status::unauthenticated("the certificate has ended: call Renew"))),
        Place::Revoked(_) => {
            Some((Reason::Revoked, Status::permission_denied("this device lost its place: enrol with a new key")))
        }
    }
}

/// Lets devices in that have a place and a certificate that counts.
pub(super) async fn devices(Extract(app): Extract<App>, request: Request, next: Next) -> Response {
    match refuse_device(&app, &request) {
        None => next.run(request).await,
        Some(status) => status.into_http(),
    }
}

fn refuse_device(app: &App, request: &Request) -> Option<Status> {
    let peer = request.extensions().get::<ControlPeer>()?;
    let (reason, status) = refusal(peer.place(&app.core.state(), now_ms()))?;
    app.control.refusals.note(reason, peer.addr);
    Some(status)
}

/// Lets devices in that have a place, and programs with a token of the HTTP API.
pub(super) async fn devices_and_programs(Extract(app): Extract<App>, request: Request, next: Next) -> Response {
    if !request.headers().contains_key(AUTHORIZATION) {
        return devices(Extract(app), request, next).await;
    }
    match signed_in(&app, request).await {
        Ok(request) => next.run(request).await,
        Err((_, error)) => Status::unauthenticated(error.into_body().message).into_http(),
    }
}

/// Lets programs in that have a token of the HTTP API. Cookies do not count here: browsers belong on the web ports.
pub(super) async fn programs(Extract(app): Extract<App>, request: Request, next: Next) -> Response {
    let missing = || Error::new(http::StatusCode::UNAUTHORIZED, "sign_in_required", "bring a token: Authorization: Bearer");
    if !request.headers().contains_key(AUTHORIZATION) {
        return missing().into_response();
    }
    match signed_in(&app, request).await {
        Ok(request) => next.run(request).await,
        Err((_, error)) => error.into_response(),
    }
}

async fn signed_in(app: &App, request: Request) -> Result<Request, (Request, Error)> {
    use axum::extract::FromRequestParts as _;
    let (mut parts, body) = request.into_parts();
    let caller = SignedIn::from_request_parts(&mut parts, app).await;
    let request = Request::from_parts(parts, body);
    match caller {
        Ok(_) => Ok(request),
        Err(error) => Err((request, error)),
    }
}

/// What answers where nothing is.
pub(super) async fn nothing(request: Request) -> Response {
    let grpc = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    match grpc {
        true => Status::unimplemented("there is no such service or method").into_http(),
        false => Error::not_found("nothing is here: docs/protocols/control.md says what is").into_response(),
    }
}
