//! An open link to a server.

use core::fmt;
use std::sync::Arc;

use control::v1::{self, EnrolReply, EnrolRequest, FromViewer, Hello, RenewRequest, ToViewer, from_viewer};
use futures::{Stream, StreamExt};
use http::Uri;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::address::{Address, Way};
use super::certificate::ServerCertificate;
use super::fault::LinkError;
use super::media::Media;
use super::route::Route;
use super::wire::Wire;
use crate::grpc::enrolment_client::EnrolmentClient;
use crate::grpc::viewer_session_client::ViewerSessionClient;

/// The longest message that a viewer sends (`docs/protocols/control.md`, section 1).
const LONGEST_SENT: usize = 1024 * 1024;

/// The longest message that a viewer takes.
const LONGEST_TAKEN: usize = 4 * 1024 * 1024;

/// Messages that wait to be sent before the sender must wait.
const OUTGOING: usize = 16;

/// A connection to the control port of a server whose certificate was found right. Clones share it; it is closed when they and their calls are gone.
#[derive(Clone)]
pub struct Link {
    pub(super) way: Way,
    pub(super) address: Address,
    pub(super) certificate: Arc<ServerCertificate>,
    pub(super) announced: Option<u16>,
    pub(super) wire: Wire,
    pub(super) route: Arc<Route>,
}

impl Link {
    /// The way that won; try it first the next time.
    #[must_use]
    pub fn way(&self) -> Way {
        self.way
    }

    /// The server.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The server's certificate.
    #[must_use]
    pub fn certificate(&self) -> &ServerCertificate {
        &self.certificate
    }

    /// The control port that the server named when the tunnel was opened; `None` on the control port itself.
    #[must_use]
    pub fn control_port(&self) -> Option<u16> {
        self.announced
    }

    /// Whether the connection has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.wire.is_closed()
    }

    /// Asks whether the server is well.
    ///
    /// # Errors
    /// If it is not, or does not answer.
    pub async fn health(&self) -> Result<(), LinkError> {
        let mut client = HealthClient::with_origin(self.wire.clone(), self.origin());
        let answer = client.check(HealthCheckRequest::default()).await.map_err(|status| self.wire.fault(&status))?;
        match answer.into_inner().status() {
            ServingStatus::Serving => Ok(()),
            other => Err(LinkError::Refused { code: tonic::Code::Unavailable, message: other.as_str_name().to_owned() }),
        }
    }

    /// Asks whether the server could serve this viewer, which holds a slice from a server that knew so much.
    ///
    /// # Errors
    /// If it refuses, does not answer, or does not know the question.
    pub async fn look(&self, position: Vec<v1::Known>) -> Result<v1::LookReply, LinkError> {
        let mut client = ViewerSessionClient::with_origin(self.wire.clone(), self.origin());
        let answer = client.look(v1::LookRequest { position }).await.map_err(|status| self.wire.fault(&status))?;
        Ok(answer.into_inner())
    }

    /// Asks for a place. The answers come until `approved` or `refused`.
    ///
    /// # Errors
    /// If the server does not take the question.
    pub async fn enrol(&self, request: EnrolRequest) -> Result<Incoming<EnrolReply>, LinkError> {
        let mut client = EnrolmentClient::with_origin(self.wire.clone(), self.origin()).max_encoding_message_size(LONGEST_SENT);
        let answer = client.enrol(request).await.map_err(|status| self.wire.fault(&status))?;
        Ok(Incoming { messages: answer.into_inner(), wire: self.wire.clone() })
    }

    /// Asks for a new certificate; `csr` is [`Key::request`](super::Key::request) of the key of this link's identity.
    ///
    /// # Errors
    /// [`LinkError::Denied`] if the device was revoked; else if the server does not answer with a certificate.
    pub async fn renew(&self, csr: Vec<u8>) -> Result<v1::Certificate, LinkError> {
        let mut client = EnrolmentClient::with_origin(self.wire.clone(), self.origin());
        let answer = client.renew(RenewRequest { csr }).await.map_err(|status| self.wire.fault(&status))?;
        answer.into_inner().certificate.ok_or_else(|| LinkError::Refused {
            code: tonic::Code::Internal,
            message: "the server's answer holds no certificate; update the server".to_owned(),
        })
    }

    /// Opens a session, whose first message is `hello`.
    ///
    /// # Errors
    /// [`LinkError::Unauthenticated`] if the certificate must be renewed, [`LinkError::Denied`] if the device was revoked; else if no session begins.
    pub async fn session(&self, hello: Hello) -> Result<(mpsc::Sender<FromViewer>, Incoming<ToViewer>), LinkError> {
        let (sender, outgoing) = mpsc::channel(OUTGOING);
        let hello = FromViewer { message: Some(from_viewer::Message::Hello(hello)) };
        let first = futures::stream::once(core::future::ready(hello));
        let incoming = self.session_of(first.chain(ReceiverStream::new(outgoing))).await?;
        Ok((sender, incoming))
    }

    /// Opens a session that says what `outgoing` brings, a `Hello` first.
    ///
    /// # Errors
    /// As [`Link::session`].
    pub async fn session_of(
        &self,
        outgoing: impl Stream<Item = FromViewer> + Send + 'static,
    ) -> Result<Incoming<ToViewer>, LinkError> {
        let mut client = ViewerSessionClient::with_origin(self.wire.clone(), self.origin())
            .max_encoding_message_size(LONGEST_SENT)
            .max_decoding_message_size(LONGEST_TAKEN);
        let answer = client.open(outgoing).await.map_err(|status| self.wire.fault(&status))?;
        Ok(Incoming { messages: answer.into_inner(), wire: self.wire.clone() })
    }

    /// The server's files, over connections of their own, so that no session waits behind them. `capability` is `Welcome.media_capability`.
    #[must_use]
    pub fn media(&self, capability: &str) -> Media {
        Media::new(Arc::clone(&self.route), self.address.clone(), self.way, capability)
    }

    /// What stands before the paths of calls.
    pub(super) fn origin(&self) -> Uri {
        let authority = format!("{}{}", self.certificate.installation, super::certificate::ENDING);
        Uri::builder().scheme("https").authority(authority).path_and_query("/").build().unwrap_or_default()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Link({}, {})", self.address.authority(self.way), self.way)
    }
}

/// Messages of a call, as they come. Keeps the connection open.
pub struct Incoming<T> {
    messages: Streaming<T>,
    wire: Wire,
}

impl<T> Incoming<T> {
    pub(super) fn new(messages: Streaming<T>, wire: Wire) -> Self {
        Self { messages, wire }
    }

    /// Waits for the next message; `None` after the server ended the call. May be dropped and called again at any time.
    ///
    /// # Errors
    /// If the server refuses, or the connection breaks.
    pub async fn next(&mut self) -> Result<Option<T>, LinkError> {
        self.messages.message().await.map_err(|status| self.wire.fault(&status))
    }
}

impl<T> fmt::Debug for Incoming<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Incoming")
    }
}
