//! The port at which neighbours are let in.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use net::control::{Doorway, Identity, Pin};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

use super::Circle;
use super::giving::Giving;
use crate::cache::Cache;

/// The most connections at a time, handshakes among them.
const CONNECTIONS: usize = 32;
/// How long a neighbour may take to ask; a line is kept for as long between two files.
const IDLE: Duration = Duration::from_secs(60);

/// A port at which neighbours are let in, as long as it lives. Whoever is no neighbour gets no further than the handshake.
#[derive(Debug)]
pub struct Offer {
    port: u16,
    task: JoinHandle<()>,
}

impl Offer {
    /// Listens at `port`, or at another one where that is taken. Call within a tokio runtime.
    ///
    /// # Errors
    /// There is no port to be had, or the identity cannot be shown.
    pub fn open(
        port: u16,
        identity: &Identity,
        cache: Arc<Cache>,
        circle: Arc<Circle>,
        bytes_per_second: u64,
    ) -> io::Result<Self> {
        let known = Arc::clone(&circle);
        let doorway = Doorway::new(identity, Pin::new(move |key| known.knows(key))).map_err(io::Error::other)?;
        let listener = listen(port).or_else(|_| listen(0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let giving = Giving::new(cache, circle, bytes_per_second);
        Ok(Self { port, task: tokio::spawn(receive(listener, doorway, giving)) })
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Both kinds of addresses where there are both.
fn listen(port: u16) -> io::Result<TcpListener> {
    let of = |address: SocketAddr| TcpListener::bind(address);
    of((Ipv6Addr::UNSPECIFIED, port).into()).or_else(|_| of((Ipv4Addr::UNSPECIFIED, port).into()))
}

async fn receive(listener: tokio::net::TcpListener, doorway: Doorway, giving: Giving) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    // All connections end with the listener.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "neighbours cannot be let in for a moment");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let (doorway, giving) = (doorway.clone(), giving.clone());
        connections.spawn(async move {
            let _place = place;
            match doorway.receive(stream).await {
                Ok((stream, key)) => {
                    let service = TowerToHyperService::new(giving.routes(key));
                    let mut server = Builder::new();
                    server.timer(TokioTimer::new()).header_read_timeout(IDLE);
                    // A neighbour may leave as it likes.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                }
                Err(error) => tracing::info!(%error, "somebody who is no neighbour was not let in"),
            }
        });
    }
}
