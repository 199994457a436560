//! Taking connections from one listener.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Peer;
use super::connection::{Protocol, serve_connection};

/// Time for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause when the process has no file or memory left for another connection.
const PAUSE: Duration = Duration::from_millis(200);
/// Silence after which the kernel asks whether the other end is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// What may lie in the kernel without having been sent. Left alone, the kernel takes 4 MiB for each connection, which
/// leave the processor's cache before they are sent, and which an answer to a later, more urgent request waits behind.
const UNSENT: u32 = 512 << 10;

/// What one listener needs.
pub(super) struct Acceptor {
    pub(super) router: Router,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) slots: Arc<Semaphore>,
    pub(super) stop: CancellationToken,
    pub(super) cut: CancellationToken,
    pub(super) tasks: TaskTracker,
}

/// Takes connections until told to stop. Waits while all slots are in use.
pub(super) async fn accept(listener: TcpListener, acceptor: Acceptor) {
    let acceptor = Arc::new(acceptor);
    loop {
        let slot = tokio::select! {
            () = acceptor.stop.cancelled() => return,
            slot = Arc::clone(&acceptor.slots).acquire_owned() => slot.expect("the semaphore is never closed"),
        };
        let accepted = tokio::select! {
            () = acceptor.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, addr)) => {
                let connection = Arc::clone(&acceptor);
                acceptor.tasks.spawn(async move {
                    let peer = Peer { addr, tls: connection.tls.is_some() };
                    tokio::select! {
                        () = connection.cut.cancelled() => {}
                        () = connection.answer(stream, peer) => {}
                    }
                    drop(slot);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no further connection can be taken at the moment");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Acceptor {
    async fn answer(&self, stream: TcpStream, peer: Peer) {
        tune(&stream);
        let router = self.router.clone();
        let Some(tls) = &self.tls else {
            return serve_connection(stream, Protocol::Http1, router, peer, &self.stop).await;
        };
        match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let protocol = if is_http2 { Protocol::Http2 } else { Protocol::Http1 };
                serve_connection(stream, protocol, router, peer, &self.stop).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }
}

fn tune(stream: &TcpStream) {
    let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE);
    let socket = SockRef::from(stream);
    let tuned = stream
        .set_nodelay(true)
        .and_then(|()| socket.set_tcp_keepalive(&keep_alive))
        .and_then(|()| socket.set_tcp_notsent_lowat(UNSENT));
    if let Err(error) = tuned {
        // The other end is gone already; reading will say so.
        tracing::debug!(%error, "a connection could not be tuned");
    }
}

/// Whether only the connection that was to be accepted is broken.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
