//! Sessions of native viewers: `signboard.v1.ViewerSession` (`docs/protocols/control.md` section 4).
//!
//! `wire` has the bytes, the machine of `control::native` the rules, `driver` joins both with the rest of the server, and `slices`
//! knows what each viewer has to have.

mod driver;
mod greeting;
mod looking;
mod obeying;
mod records;
mod shot;
pub mod slices;
mod surroundings;
mod urgency;
mod wire;

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::task::{Context, Poll};

use domain::id::{DeviceId, ViewerId};
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::server::NamedService;

use crate::app::App;
use crate::control_port::{ControlPeer, Hangup, Place};
use crate::now::now_ms;

pub(crate) use shot::picture_type;
pub use surroundings::Surroundings;

/// The path of the one method.
const OPEN: &str = "/signboard.v1.ViewerSession/Open";
/// Messages on their way out; a viewer that does not read holds so many back, and is then given up.
const OUTBOX: usize = 4;

/// The service of native viewers' sessions.
#[derive(Clone)]
pub struct Service(App);

/// The service, to be mounted where requests carry a [`ControlPeer`].
#[must_use]
pub fn service(app: App) -> Service {
    Service(app)
}

impl NamedService for Service {
    const NAME: &'static str = "signboard.v1.ViewerSession";
}

impl tower::Service<http::Request<tonic::body::Body>> for Service {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        if request.uri().path() == looking::LOOK && request.method() == Method::POST {
            let answer = looking::look(self.0.clone(), request);
            return async move { Ok(answer.await.unwrap_or_else(|status| status.into_http())) }.boxed();
        }
        let answer = self.open(request);
        ready(Ok(answer.unwrap_or_else(|status| status.into_http()))).boxed()
    }
}

/// The device that asks, and where it stands.
fn place(app: &App, extensions: &http::Extensions) -> Result<(DeviceId, ViewerId), Status> {
    let peer = extensions.get::<ControlPeer>().copied();
    let peer = peer.ok_or_else(|| Status::unauthenticated("sessions need a connection with a certificate"))?;
    match peer.place(&app.core.state(), now_ms()) {
        Place::At(device, viewer) => Ok((device, viewer)),
        Place::Revoked(_) => Err(Status::permission_denied("this device lost its place: enrol with a new key")),
        _ => Err(Status::unauthenticated("bring a certificate that counts: call Renew or Enrol")),
    }
}

impl Service {
    fn open(&self, request: http::Request<tonic::body::Body>) -> Result<http::Response<tonic::body::Body>, Status> {
        if request.uri().path() != OPEN || request.method() != Method::POST {
            return Err(Status::unimplemented("this service has two methods: Open and Look"));
        }
        let place = place(&self.0, request.extensions())?;
        let from = request.extensions().get::<ControlPeer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.addr.ip());
        let hangup = request.extensions().get::<Hangup>().cloned();
        let (sender, receiver) = futures::channel::mpsc::channel(OUTBOX);
        let incoming = wire::Incoming::new(request.into_body(), driver::MAX_HELLO);
        let taken = CancellationToken::new();
        let outgoing = wire::Outgoing::new(receiver, taken.clone());
        // In a box, since it would lie in the task twice: as what the task was given, and as what it waits for.
        let session = Box::pin(driver::run(self.0.clone(), place, from, incoming, sender));
        tokio::spawn(async move {
            session.await;
            // What was said last lies in memory until the viewer takes it: one that grants no window would keep it for ever.
            if tokio::time::timeout(driver::UNREAD, taken.cancelled()).await.is_err()
                && let Some(hangup) = hangup
            {
                hangup.now();
            }
        });
        let mut response = http::Response::new(tonic::body::Body::new(outgoing));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        Ok(response)
    }
}
