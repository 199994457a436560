//! Answering clients: one task per address.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use lan::ntp::{Answer, Server, ServerCounters};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::datagram::Datagrams;
use super::reading::Reading;
use super::settings::Listen;
use super::state::TimeState;

/// Questions that are answered before other tasks of the thread have their turn.
const BATCH: usize = 64;

/// The port cannot be had.
#[derive(Debug, Error)]
#[error("cannot answer NTP at {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What the kernel says.
    pub source: io::Error,
}

impl BindError {
    /// Whether another program holds the port.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.source.kind() == ErrorKind::AddrInUse
    }

    /// Whether this process lacks the right to a port below 1024 (`CAP_NET_BIND_SERVICE`).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.source.kind() == ErrorKind::PermissionDenied
    }
}

/// A server that answers until it is dropped.
pub struct NtpServer {
    addresses: Vec<SocketAddr>,
    servers: Vec<Arc<Mutex<Server>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl NtpServer {
    /// Takes the addresses and answers with the state as it is published. `shares_port` lets our own client use the same port.
    ///
    /// # Errors
    ///
    /// If one of the addresses cannot be had: then none is.
    pub fn bind(listen: &Listen, shares_port: bool, state: &watch::Receiver<TimeState>) -> Result<Self, BindError> {
        let mut sockets = Vec::new();
        for address in &listen.addresses {
            match Datagrams::bind(*address, false) {
                Ok(socket) => sockets.push((*address, socket)),
                // A host without IPv6 has IPv4 clients only.
                Err(error) if is_missing_family(&error) && address.is_ipv6() => {}
                Err(source) => return Err(BindError { address: *address, source }),
            }
        }
        let mut server = Self { addresses: Vec::new(), servers: Vec::new(), tasks: Vec::new() };
        for (address, socket) in sockets {
            let local = if shares_port { socket.share().and_then(|()| socket.local()) } else { socket.local() };
            server.addresses.push(local.map_err(|source| BindError { address, source })?);
            let answers = Arc::new(Mutex::new(Server::new(listen.limit, rand::random())));
            server.servers.push(Arc::clone(&answers));
            server.tasks.push(tokio::spawn(serve(socket, answers, state.clone())));
        }
        Ok(server)
    }

    /// The addresses as bound.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What was answered and dropped at all addresses.
    #[must_use]
    pub fn counters(&self) -> ServerCounters {
        let mut sum = ServerCounters::default();
        for server in &self.servers {
            sum.add(server.lock().unwrap_or_else(PoisonError::into_inner).counters());
        }
        sum
    }
}

impl Drop for NtpServer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn serve(mut socket: Datagrams, server: Arc<Mutex<Server>>, state: watch::Receiver<TimeState>) {
    loop {
        if socket.readable().await.is_err() {
            return;
        }
        let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..BATCH {
            match socket.try_receive() {
                Ok(arrival) => {
                    let state = state.borrow();
                    let received = state.timeline.at(arrival.at);
                    let now = Reading::now();
                    let answer = server.answer(
                        socket.bytes(&arrival),
                        arrival.from.ip(),
                        now.raw,
                        received,
                        state.timeline.at(now),
                        &state.quality,
                    );
                    drop(state);
                    if let Answer::Reply(bytes) | Answer::Limited(bytes) = answer {
                        // An answer that the kernel refuses (no route, full queue) is lost like any datagram; the client asks again.
                        let _lost = socket.answer(&arrival, &bytes);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // What an earlier answer met with (port unreachable) is reported here, and is over with that.
                Err(_) => {}
            }
        }
    }
}

fn is_missing_family(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(nix::libc::EAFNOSUPPORT)
}
