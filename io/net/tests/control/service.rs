//! The gRPC services of the test's server, as small as the tests need them.

use std::pin::Pin;
use std::sync::Arc;

use control::v1::{self, enrol_reply, from_viewer, to_viewer};
use futures::{Stream, StreamExt, stream};
use net::grpc::enrolment_server::Enrolment;
use net::grpc::viewer_session_server::ViewerSession;
use rustls::pki_types::CertificateDer;
use tonic::{Request, Response, Status, Streaming};

use super::authority::Authority;

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The certificate of whoever speaks, put into each request by the listener.
#[derive(Clone, Default)]
pub(crate) struct Peer(pub(crate) Option<CertificateDer<'static>>);

/// A code without a token, a place with `let me in`, nothing otherwise.
pub(crate) struct Enrolments(pub(crate) Arc<Authority>);

#[tonic::async_trait]
impl Enrolment for Enrolments {
    type EnrolStream = Answers<v1::EnrolReply>;

    async fn enrol(&self, request: Request<v1::EnrolRequest>) -> Result<Response<Self::EnrolStream>, Status> {
        let request = request.into_inner();
        let approved = enrol_reply::Standing::Approved(self.0.grant(&request.csr));
        let standings = match request.token.as_str() {
            "" => vec![enrol_reply::Standing::Pending(v1::Pending { code: "ABC234".into() }), approved],
            "let me in" => vec![approved],
            _ => vec![enrol_reply::Standing::Refused(v1::Refused { code: "token".into(), message: "no".into() })],
        };
        let answers = standings.into_iter().map(|standing| Ok(v1::EnrolReply { standing: Some(standing), ..Default::default() }));
        Ok(Response::new(stream::iter(answers).boxed()))
    }

    async fn renew(&self, request: Request<v1::RenewRequest>) -> Result<Response<v1::RenewReply>, Status> {
        if request.extensions().get::<Peer>().is_none_or(|peer| peer.0.is_none()) {
            return Err(Status::permission_denied("this device was revoked"));
        }
        Ok(Response::new(v1::RenewReply { certificate: Some(self.0.grant(&request.into_inner().csr)) }))
    }
}

/// Says `Welcome` to `Hello` and `Ping` to everything else.
pub(crate) struct Sessions;

#[tonic::async_trait]
impl ViewerSession for Sessions {
    type OpenStream = Answers<v1::ToViewer>;

    async fn open(&self, request: Request<Streaming<v1::FromViewer>>) -> Result<Response<Self::OpenStream>, Status> {
        if request.extensions().get::<Peer>().is_none_or(|peer| peer.0.is_none()) {
            return Err(Status::unauthenticated("a session needs a valid certificate; renew it"));
        }
        let answers = request.into_inner().map(|message| {
            let message = match message?.message {
                Some(from_viewer::Message::Hello(hello)) => {
                    to_viewer::Message::Welcome(v1::Welcome { protocol: hello.protocol_max, ..Default::default() })
                }
                _ => to_viewer::Message::Ping(v1::Ping {}),
            };
            Ok(v1::ToViewer { message: Some(message) })
        });
        Ok(Response::new(answers.boxed()))
    }

    async fn look(&self, _: Request<v1::LookRequest>) -> Result<Response<v1::LookReply>, Status> {
        Ok(Response::new(v1::LookReply { server: String::new(), covers: true }))
    }
}
