//! Answering on the bound ports until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accept::{Answer, Room, accept};
use super::connection::{Protocol, Windows, serve_connection};
use super::redirect::redirect;
use super::watchdog::watchdog;
use super::{Bound, Endpoint, Peer};
use crate::config::HttpMode;

/// Time for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What answers where.
#[derive(Debug)]
pub struct Routes {
    /// The application: on HTTPS always, on HTTP when its mode is `serve`. It must have its own fallback.
    pub app: Router,
    /// What must be reachable without encryption in every mode: the page `/trust` and the challenges of ACME.
    pub open: Router,
}

/// The web ports while they answer.
#[derive(Debug)]
pub struct Running {
    endpoints: Vec<Endpoint>,
    /// Ends the acceptors and asks connections to finish.
    stop: CancellationToken,
    /// Cuts connections that did not finish.
    cut: CancellationToken,
    tasks: TaskTracker,
}

impl Bound {
    /// Starts to answer.
    #[must_use]
    pub fn serve(self, routes: Routes, tls: Arc<ServerConfig>) -> Running {
        let endpoints = self.endpoints();
        let https = routes.app.clone().merge(routes.open.clone());
        let http = match (self.mode, self.https_port()) {
            (HttpMode::Redirect, Some(port)) => routes.open.merge(redirect(port)),
            _ => https.clone(),
        };
        let running =
            Running { endpoints, stop: CancellationToken::new(), cut: CancellationToken::new(), tasks: TaskTracker::new() };
        let slots = Arc::new(Semaphore::new(self.connections));
        for (listener, endpoint) in self.listeners {
            let port = WebPort {
                router: if endpoint.tls { https.clone() } else { http.clone() },
                tls: endpoint.tls.then(|| TlsAcceptor::from(Arc::clone(&tls))),
                stop: running.stop.clone(),
            };
            let room = Room {
                slots: Arc::clone(&slots),
                stop: running.stop.clone(),
                cut: running.cut.clone(),
                tasks: running.tasks.clone(),
            };
            running.tasks.spawn(accept(listener, Arc::new(port), room));
        }
        running.tasks.spawn(watchdog(running.stop.clone()));
        running.tasks.close();
        running
    }
}

/// What answers on one web port.
struct WebPort {
    router: Router,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
}

impl Answer for WebPort {
    async fn answer(&self, stream: TcpStream, addr: SocketAddr) {
        let router = self.router.clone();
        let peer = Peer { addr, tls: self.tls.is_some() };
        let stamp = move |request: &mut http::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(peer);
        };
        let Some(tls) = &self.tls else {
            return serve_connection(stream, Protocol::Http1, Windows::WEB, router, stamp, &self.stop).await;
        };
        match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let protocol = if is_http2 { Protocol::Http2 } else { Protocol::Http1 };
                serve_connection(stream, protocol, Windows::WEB, router, stamp, &self.stop).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }
}

impl Running {
    /// The addresses and ports, HTTP before HTTPS.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Takes no new connections, lets requests under way finish until the deadline, then cuts the rest. Returns
    /// how many connections were cut.
    pub async fn stop(self, deadline: Duration) -> usize {
        self.stop.cancel();
        if tokio::time::timeout(deadline, self.tasks.wait()).await.is_ok() {
            return 0;
        }
        let left = self.tasks.len();
        self.cut.cancel();
        self.tasks.wait().await;
        left
    }
}
