//! A control port whose answers a test gives itself, call by call.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use control::v1::{self, enrol_reply::Standing, to_viewer::Message};
use futures::{Stream, StreamExt as _, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use net::control::Address;
use net::grpc::enrolment_server::{Enrolment, EnrolmentServer};
use net::grpc::viewer_session_server::{ViewerSession, ViewerSessionServer};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

use crate::authority::Authority;

/// A call waits as long as this for the test to answer, and the test for a call.
const PATIENCE: Duration = Duration::from_secs(60);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;
type Answer<T> = oneshot::Sender<Result<T, Status>>;

/// What a viewer asks.
pub(crate) enum Call {
    Enrol(Box<v1::EnrolRequest>, Answer<Standing>),
    /// A session, with the certificate of the connection.
    Open(Vec<u8>, Answer<mpsc::UnboundedReceiver<Message>>),
    Renew(v1::RenewRequest, Answer<v1::Certificate>),
}

/// Ends when dropped.
pub(crate) struct Port {
    pub(crate) authority: Authority,
    pub(crate) address: Address,
    calls: mpsc::UnboundedReceiver<Call>,
    _tasks: JoinSet<()>,
}

impl Port {
    pub(crate) async fn open() -> Self {
        let authority = Authority::new();
        let (asked, calls) = mpsc::unbounded_channel();
        let services =
            Routes::new(EnrolmentServer::new(Asked(asked.clone()))).add_service(ViewerSessionServer::new(Asked(asked)));
        let router = services.into_axum_router();
        let tls = tls(&authority);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let control_port = listener.local_addr().unwrap().port();
        let address = Address { host: "127.0.0.1".into(), control_port, https_port: 0, http_port: 0 };
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, router) = (tls.clone(), router.clone());
                tokio::spawn(async move {
                    let Ok(stream) = tls.accept(stream).await else { return };
                    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
                    let peer = Peer(certificate.map(|der| der.to_vec()).unwrap_or_default());
                    let service = TowerToHyperService::new(router.layer(Extension(peer)));
                    // A viewer may leave as it likes.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { authority, address, calls, _tasks: tasks }
    }

    /// The next call.
    pub(crate) async fn call(&mut self) -> Call {
        tokio::time::timeout(PATIENCE, self.calls.recv()).await.expect("the viewer calls in time").unwrap()
    }

    /// The next call, which asks for a session: the certificate that it came with, and where to answer.
    pub(crate) async fn session(&mut self) -> (Vec<u8>, Answer<mpsc::UnboundedReceiver<Message>>) {
        match self.call().await {
            Call::Open(certificate, answer) => (certificate, answer),
            Call::Enrol(..) => panic!("it enrols"),
            Call::Renew(..) => panic!("it renews its certificate"),
        }
    }

    /// Opens the session that is asked for next: its certificate, and where to say something in it.
    pub(crate) async fn welcome(&mut self) -> (Vec<u8>, mpsc::UnboundedSender<Message>) {
        let (certificate, answer) = self.session().await;
        let (say, said) = mpsc::unbounded_channel();
        answer.send(Ok(said)).expect("the viewer waits");
        (certificate, say)
    }
}

/// The certificate of whoever speaks; empty without one.
#[derive(Clone, Default)]
struct Peer(Vec<u8>);

/// Passes each call on to the test.
#[derive(Clone)]
struct Asked(mpsc::UnboundedSender<Call>);

impl Asked {
    async fn ask<T>(&self, call: impl FnOnce(Answer<T>) -> Call) -> Result<T, Status> {
        let (answer, answered) = oneshot::channel();
        let gone = || Status::unavailable("the test is over");
        self.0.send(call(answer)).map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

#[tonic::async_trait]
impl Enrolment for Asked {
    type EnrolStream = Answers<v1::EnrolReply>;

    async fn enrol(&self, request: Request<v1::EnrolRequest>) -> Result<Response<Self::EnrolStream>, Status> {
        let standing = self.ask(|answer| Call::Enrol(Box::new(request.into_inner()), answer)).await?;
        let reply = v1::EnrolReply { standing: Some(standing), ..Default::default() };
        Ok(Response::new(stream::iter([Ok(reply)]).boxed()))
    }

    async fn renew(&self, request: Request<v1::RenewRequest>) -> Result<Response<v1::RenewReply>, Status> {
        let granted = self.ask(|answer| Call::Renew(request.into_inner(), answer)).await?;
        Ok(Response::new(v1::RenewReply { certificate: Some(granted) }))
    }
}

#[tonic::async_trait]
impl ViewerSession for Asked {
    type OpenStream = Answers<v1::ToViewer>;

    async fn open(&self, request: Request<Streaming<v1::FromViewer>>) -> Result<Response<Self::OpenStream>, Status> {
        let certificate = request.extensions().get::<Peer>().cloned().unwrap_or_default().0;
        let said = self.ask(|answer| Call::Open(certificate, answer)).await?;
        // What the viewer says is read, so that it may go on, and answered with a sign of life.
        let heard = request.into_inner().map(|_| Message::Ping(v1::Ping {}));
        let answers = stream::select(UnboundedReceiverStream::new(said), heard);
        Ok(Response::new(answers.map(|message| Ok(v1::ToViewer { message: Some(message) })).boxed()))
    }

    async fn look(&self, _: Request<v1::LookRequest>) -> Result<Response<v1::LookReply>, Status> {
        Ok(Response::new(v1::LookReply { server: String::new(), covers: true }))
    }
}

fn tls(authority: &Authority) -> TlsAcceptor {
    let provider = Arc::new(default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.der()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let (chain, key) = authority.server();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}
