//! `Look`: a viewer that another server serves asks whether its own one could.

use control::v1;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::driver::MAX_HELLO;
use super::{place, wire};
use crate::app::App;
use crate::session::holding_back::covers;

/// The path of the method.
pub(super) const LOOK: &str = "/signboard.v1.ViewerSession/Look";

/// Answers, and notes nothing.
pub(super) async fn look(
    app: App,
    request: http::Request<tonic::body::Body>,
) -> Result<http::Response<tonic::body::Body>, Status> {
    place(&app, request.extensions())?;
    let question: v1::LookRequest = wire::Incoming::new(request.into_body(), MAX_HELLO)
        .next()
        .await?
        .ok_or_else(|| Status::invalid_argument("a question without a message: send LookRequest"))?;
    let covers = covers(&app, &control::position::read(&question.position));
    let reply = v1::LookReply { server: app.core.server_id().to_string(), covers };
    let (mut sender, receiver) = futures::channel::mpsc::channel(1);
    sender.try_send(wire::plain(&reply)).expect("a new channel has room for one message");
    let mut response = http::Response::new(tonic::body::Body::new(wire::Outgoing::new(receiver, CancellationToken::new())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    Ok(response)
}
