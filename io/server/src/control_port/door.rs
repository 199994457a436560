//! Taking connections: the handshake with its limits, then HTTP. Connections of the listener and of tunnels go the same way.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::server::NoServerSessionStorage;
use rustls::{CertificateError, Error, ServerConfig};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::authority::certificates;
use super::certificate::Certificate;
use super::peer::ControlPeer;
use super::refused::Reason;
use super::routes::routes;
use super::verifier::{Said, Verifier};
use crate::app::App;
use crate::listen::{Answer, Listening, Peer, Protocol, Room, Windows, accept, serve_connection};

/// The most connections of peers without a certificate: those that enrol, and tools with a token.
const STRANGERS: usize = 2_000;
/// After this the kernel gives up a peer that takes nothing of what was sent (tcp(7), `TCP_USER_TIMEOUT`).
const UNREAD: Duration = Duration::from_secs(15);
/// So many times the patience for the handshake is the patience for the first request.
const FIRST_REQUEST: u32 = 3;

/// What takes connections of the control port.
pub struct Door {
    app: App,
    tls: TlsAcceptor,
    router: Router,
    slots: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    patience: Duration,
    stop: CancellationToken,
    cut: CancellationToken,
    tasks: TaskTracker,
}

impl Door {
    pub(super) fn new(app: App, certificate: Arc<Certificate>, stop: CancellationToken) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let algorithms = provider.signature_verification_algorithms;
        let verifier = Arc::new(Verifier::new(algorithms, &certificates(&app.core.state())));
        tokio::spawn(follow_authorities(app.clone(), Arc::clone(&verifier), stop.clone()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("the provider has cipher suites for TLS 1.3")
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(certificate);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // Sessions last for days: tickets would cost memory for each and save nothing.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Self {
            tls: TlsAcceptor::from(Arc::new(config)),
            router: routes(app.clone()),
            slots: Arc::new(Semaphore::new(app.config.control.connections as usize)),
            strangers: Arc::new(Semaphore::new(STRANGERS)),
            patience: Duration::from_secs(app.config.control.patience_seconds.into()),
            stop,
            cut: CancellationToken::new(),
            tasks: TaskTracker::new(),
            app,
        }
    }

    /// Takes connections of the listener until told to stop.
    pub(super) fn listen(self: &Arc<Self>, listening: Listening) {
        for listener in listening.into_listeners() {
            let room = Room {
                slots: Arc::clone(&self.slots),
                stop: self.stop.clone(),
                cut: self.cut.clone(),
                tasks: self.tasks.clone(),
            };
            self.tasks.spawn(accept(listener, Arc::clone(self), room));
        }
    }

    pub(super) fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// A slot for one more connection, for a tunnel; none: all are in use.
    #[must_use]
    pub fn slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).try_acquire_owned().ok()
    }

    /// Runs a connection that came through a tunnel until it ends.
    pub async fn tunnelled<S>(&self, stream: S, addr: SocketAddr, slot: OwnedSemaphorePermit)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let served = self.tasks.track_future(self.serve(stream, addr));
        tokio::select! {
            () = self.cut.cancelled() => {}
            () = served => {}
        }
        drop(slot);
    }

    /// Lets requests under way finish until the deadline, then cuts the rest. Returns how many were cut.
    pub(super) async fn stop(&self, deadline: Duration) -> usize {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(deadline, self.tasks.wait()).await.is_ok() {
            return 0;
        }
        let left = self.tasks.len();
        self.cut.cancel();
        self.tasks.wait().await;
        left
    }

    async fn serve<S>(&self, stream: S, addr: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let refusals = &self.app.control.refusals;
        let stream = match tokio::time::timeout(self.patience, self.tls.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                if let Some(reason) = reason(&error) {
                    refusals.note(reason, addr);
                }
                tracing::debug!(%error, peer = %addr, "a handshake on the control port failed");
                return;
            }
            Err(_) => return refusals.note(Reason::SlowHandshake, addr),
        };
        let session = stream.get_ref().1;
        let said = session.peer_certificates().and_then(|chain| chain.first()).and_then(Said::of);
        let protocol = if session.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
        let peer = ControlPeer::new(addr, said);
        // Those without a certificate cannot take the places of those that have one.
        let stranger = match peer.key {
            Some(_) => None,
            None => match Arc::clone(&self.strangers).try_acquire_owned() {
                Ok(slot) => Some(slot),
                Err(_) => return refusals.note(Reason::Crowded, addr),
            },
        };
        let connection = peer.key.map(|key| self.app.control.connections.open(key));
        let revoked = connection.as_ref().map(|connection| connection.cut.clone());
        let asked = Arc::new(Notify::new());
        let stamp = {
            let asked = Arc::clone(&asked);
            move |request: &mut http::Request<hyper::body::Incoming>| {
                asked.notify_one();
                request.extensions_mut().insert(peer);
                request.extensions_mut().insert(Peer { addr, tls: true });
            }
        };
        let open = metrics::gauge!("signboard_control_connections");
        open.increment(1.0);
        tokio::select! {
            () = serve_connection(stream, protocol, Windows::CONTROL, self.router.clone(), stamp, &self.stop) => {}
            () = first_request(&asked, self.patience * FIRST_REQUEST) => refusals.note(Reason::SlowRequest, addr),
            () = until(revoked) => tracing::info!(peer = %addr, "a device that lost its place was cut"),
        }
        open.decrement(1.0);
        drop((stranger, connection));
    }
}

impl Answer for Door {
    async fn answer(&self, stream: TcpStream, addr: SocketAddr) {
        if let Err(error) = SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD)) {
            tracing::debug!(%error, "a connection could not be tuned");
        }
        self.serve(stream, addr).await;
    }
}

/// Ends when no request has come within this time; never once one has.
async fn first_request(asked: &Notify, patience: Duration) {
    if tokio::time::timeout(patience, asked.notified()).await.is_ok() {
        pending::<()>().await;
    }
}

async fn until(cut: Option<CancellationToken>) {
    match cut {
        Some(cut) => cut.cancelled_owned().await,
        None => pending().await,
    }
}

/// Takes authorities that join while the server runs.
async fn follow_authorities(app: App, verifier: Arc<Verifier>, stop: CancellationToken) {
    let mut state = app.core.watch();
    let mut known = app.core.state().authorities.len();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = state.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = state.borrow_and_update().clone();
                if now.authorities.len() != known {
                    known = now.authorities.len();
                    verifier.trust(&certificates(&now));
                }
            }
        }
    }
}

/// Why a handshake failed; none: the other end went away or refused us, which is no refusal of ours.
fn reason(error: &io::Error) -> Option<Reason> {
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => Some(Reason::ForeignCertificate),
        Error::InvalidCertificate(_) => Some(Reason::BadCertificate),
        Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => Some(Reason::NotTls),
        Error::AlertReceived(_) => None,
        _ => Some(Reason::Handshake),
    }
}
