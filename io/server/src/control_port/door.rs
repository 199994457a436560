//! Taking connections: the handshake with its limits, then HTTP. Connections of the listener and of tunnels go the same way.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use domain::server::server_by_key;
use rustls::pki_types::CertificateDer;
use rustls::server::NoServerSessionStorage;
use rustls::{CertificateError, Error, ServerConfig};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::authority::certificates;
use super::certificate::Certificate;
use super::crew::Crew;
use super::parting::part;
use super::peer::ControlPeer;
use super::refused::Reason;
use super::routes::routes;
use super::tallied::Tallied;
use super::threshold::{Entered, HANDSHAKES, Threshold};
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
    tls: Arc<ServerConfig>,
    router: Router,
    threshold: Threshold,
    crew: Crew,
    slots: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    patience: Duration,
    stop: CancellationToken,
    cut: CancellationToken,
    tasks: TaskTracker,
}

impl Door {
    pub(super) fn new(app: App, certificate: Arc<Certificate>, stop: CancellationToken) -> io::Result<Self> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let algorithms = provider.signature_verification_algorithms;
        let verifier = Arc::new(Verifier::new(algorithms, &trusted(&app)));
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
        Ok(Self {
            crew: Crew::start()?,
            tls: Arc::new(config),
            router: routes(app.clone()),
            threshold: Threshold::default(),
            slots: Arc::new(Semaphore::new(app.config.control.connections as usize)),
            strangers: Arc::new(Semaphore::new(STRANGERS)),
            patience: Duration::from_secs(app.config.control.patience_seconds.into()),
            stop,
            cut: CancellationToken::new(),
            tasks: TaskTracker::new(),
            app,
        })
    }

    /// Takes connections of the listener until told to stop.
    ///
    /// # Errors
    /// Where a socket cannot be shared between threads.
    pub(super) fn listen(self: &Arc<Self>, listening: Listening) -> io::Result<()> {
        // Room for all there can be; who stays is decided when it is known who it is.
        let all = self.app.config.control.connections as usize + STRANGERS + HANDSHAKES;
        let slots = Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS)));
        for listener in listening.into_listeners() {
            let listener = listener.into_std()?;
            for thread in self.crew.threads() {
                // What is made there is woken there.
                let _there = thread.enter();
                let listener = TcpListener::from_std(listener.try_clone()?)?;
                let room =
                    Room { slots: Arc::clone(&slots), stop: self.stop.clone(), cut: self.cut.clone(), tasks: self.tasks.clone() };
                self.tasks.spawn(accept(listener, Arc::clone(self), room));
            }
        }
        Ok(())
    }

    pub(super) fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs a connection that came through a tunnel until it ends.
    pub async fn tunnelled<S>(&self, stream: S, addr: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let served = self.tasks.track_future(self.serve(stream, addr));
        tokio::select! {
            () = self.cut.cancelled() => {}
            () = served => {}
        }
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
        // Both lie in boxes, so that of the handshake nothing is left and the stream is not copied about.
        let Some(stream) = Box::pin(self.greet(stream, addr)).await else { return };
        let session = stream.get_ref().1;
        let said = session.peer_certificates().and_then(|chain| chain.first()).and_then(Said::of);
        let protocol = if session.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
        let peer = ControlPeer::new(addr, said);
        // Those without a certificate cannot take the places of those that have one.
        let places = if peer.key.is_some() { &self.slots } else { &self.strangers };
        let Ok(place) = Arc::clone(places).try_acquire_owned() else { return refusals.note(Reason::Crowded, addr) };
        let connection = peer.key.map(|key| self.app.control.connections.open(key));
        let revoked = connection.as_ref().map(|connection| connection.cut.clone());
        let is_server = peer.key.is_some_and(|key| server_by_key(&self.app.core.state(), &key).is_some());
        let windows = if is_server { Windows::SERVERS } else { Windows::CONTROL };
        let asked = Arc::new(Notify::new());
        let hangup = Hangup::default();
        let stamp = {
            let (asked, hangup) = (Arc::clone(&asked), hangup.clone());
            move |request: &mut http::Request<hyper::body::Incoming>| {
                asked.notify_one();
                request.extensions_mut().insert(peer);
                request.extensions_mut().insert(hangup.clone());
                request.extensions_mut().insert(Peer { addr, tls: true });
            }
        };
        let open = metrics::gauge!("signboard_control_connections");
        open.increment(1.0);
        // Noted before the connection is closed, so that whoever sees its end finds it counted.
        let slow_request = async {
            first_request(&asked, self.patience * FIRST_REQUEST).await;
            refusals.note(Reason::SlowRequest, addr);
        };
        let unread = async {
            hangup.0.cancelled().await;
            refusals.note(Reason::Unread, addr);
        };
        tokio::select! {
            () = serve_connection(stream, protocol, windows, self.router.clone(), stamp, &self.stop) => {}
            () = slow_request => {}
            () = until(revoked) => tracing::info!(peer = %addr, "a device was cut that lost its place, or that had too many connections"),
            () = unread => {}
        }
        open.decrement(1.0);
        drop((place, connection));
    }

    /// The handshake; none: it failed, or others needed its place.
    async fn greet<S>(&self, stream: S, addr: SocketAddr) -> Option<Box<TlsStream<S>>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let refusals = &self.app.control.refusals;
        let Some(entered) = self.threshold.enter(addr.ip(), Instant::now()) else {
            refusals.note(Reason::Crowded, addr);
            return None;
        };
        // Noted before the connection is closed, as above.
        let slow = async {
            tokio::time::sleep(self.patience).await;
            refusals.note(Reason::SlowHandshake, addr);
        };
        let crowded = async {
            entered.cut.cancelled().await;
            refusals.note(Reason::Crowded, addr);
        };
        let shaken = tokio::select! {
            shaken = self.shake_hands(stream, &entered) => shaken,
            () = slow => return None,
            () = crowded => return None,
        };
        let (error, stream) = match shaken {
            Ok(stream) => return Some(Box::new(stream)),
            Err(failed) => failed,
        };
        if let Some(reason) = reason(&error) {
            refusals.note(reason, addr);
        }
        tracing::debug!(%error, peer = %addr, "a handshake on the control port failed");
        // Its place among the handshakes is for others by now.
        drop(entered);
        if let Some(stream) = stream {
            part(stream).await;
        }
        None
    }

    /// Hands back the stream of a peer that was told why its handshake failed.
    async fn shake_hands<S>(&self, stream: S, entered: &Entered) -> Result<TlsStream<S>, (io::Error, Option<S>)>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let begun = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await.map_err(|error| (error, None))?;
        entered.speaks();
        let shaken = begun.into_stream(Arc::clone(&self.tls)).into_fallible().await;
        shaken.map_err(|(error, stream)| (error, Some(stream)))
    }
}

/// Ends the connection of a request: for peers that take nothing of what they asked for. Every request carries it in its extensions.
#[derive(Clone, Debug, Default)]
pub struct Hangup(CancellationToken);

impl Hangup {
    /// Ends the connection.
    pub fn now(&self) {
        self.0.cancel();
    }
}

impl Answer for Door {
    async fn answer(&self, stream: TcpStream, addr: SocketAddr) {
        if let Err(error) = SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD)) {
            tracing::debug!(%error, "a connection could not be tuned");
        }
        self.serve(Tallied::new(stream), addr).await;
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

/// The authorities of the installation; before its state has come, those that were named when this server joined.
fn trusted(app: &App) -> Vec<CertificateDer<'static>> {
    let known = certificates(&app.core.state());
    if !known.is_empty() {
        return known;
    }
    let given = app.replication.own.membership().and_then(|joined| joined.reply.certificate);
    given.into_iter().flat_map(|given| given.authorities).map(CertificateDer::from).collect()
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
                    verifier.trust(&trusted(&app));
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
