//! Answering clients: one thread per address, that waits in the kernel. A runtime between them would double the cost of an answer.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use lan::ntp::{Answer, Server, ServerCounters};
use socket2::Socket;
use thiserror::Error;
use tokio::sync::watch;

use super::datagram::{Room, answer as answer_to, open};
use super::patience::Patience;
use super::reading::Reading;
use super::settings::Listen;
use super::state::TimeState;

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
    parts: Vec<Part>,
    addresses: Vec<SocketAddr>,
}

/// One address.
struct Part {
    socket: Arc<Socket>,
    server: Arc<Mutex<Server>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl NtpServer {
    /// Takes the addresses and answers with the state as it is published. `shares_port` lets our own client use the same port.
    ///
    /// # Errors
    ///
    /// If one of the addresses cannot be had: then none is.
    pub fn bind(listen: &Listen, shares_port: bool, state: &watch::Receiver<TimeState>) -> Result<Self, BindError> {
        let mut server = Self { parts: Vec::new(), addresses: Vec::new() };
        for address in &listen.addresses {
            match server.add(*address, listen, state) {
                Ok(()) => {}
                // A host without IPv6 has IPv4 clients only.
                Err(error) if is_missing_family(&error) && address.is_ipv6() => {}
                Err(source) => return Err(BindError { address: *address, source }),
            }
        }
        for (part, address) in server.parts.iter().zip(&server.addresses) {
            part.socket.set_reuse_address(shares_port).map_err(|source| BindError { address: *address, source })?;
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
        for part in &self.parts {
            sum.add(part.server.lock().unwrap_or_else(PoisonError::into_inner).counters());
        }
        sum
    }

    fn add(&mut self, address: SocketAddr, listen: &Listen, state: &watch::Receiver<TimeState>) -> io::Result<()> {
        let socket = Arc::new(open(address, false)?);
        let bound = socket.local_addr()?.as_socket().unwrap_or(address);
        let server = Arc::new(Mutex::new(Server::new(listen.limit, rand::random())));
        let is_over = Arc::new(AtomicBool::new(false));
        let thread = {
            let (socket, server, is_over, state) =
                (Arc::clone(&socket), Arc::clone(&server), Arc::clone(&is_over), state.clone());
            thread::Builder::new().name("ntp-server".to_owned()).spawn(move || serve(&socket, &server, &is_over, &state))?
        };
        self.parts.push(Part { socket, server, is_over, thread: Some(thread) });
        self.addresses.push(bound);
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // Wakes the thread. Linux does so although it says that the socket is not connected.
        let _not_connected = self.socket.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _panicked = thread.join();
        }
    }
}

fn serve(socket: &Socket, server: &Mutex<Server>, is_over: &AtomicBool, state: &watch::Receiver<TimeState>) {
    let (mut room, mut patience) = (Room::new(), Patience::default());
    loop {
        let arrival = room.receive(socket);
        if is_over.load(Ordering::Acquire) {
            return;
        }
        let Ok(arrival) = arrival else {
            // The end of the server cuts this short.
            thread::park_timeout(patience.failed());
            continue;
        };
        patience.succeeded();
        let answer = {
            let state = state.borrow();
            let received = state.timeline.at(arrival.at);
            let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Reading::now();
            server.answer(room.bytes(&arrival), arrival.from.ip(), now.raw, received, state.timeline.at(now), &state.quality)
        };
        if let Answer::Reply(bytes) | Answer::Limited(bytes) = answer {
            // An answer that the kernel refuses (no route, full queue) is lost like any datagram; the client asks again.
            let _lost = answer_to(socket, &arrival, &bytes);
        }
    }
}

fn is_missing_family(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(nix::libc::EAFNOSUPPORT)
}
