//! Hearing magic packets for this machine.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use lan::wake::{Counters, Heard, Hearing, Mac, Outcome, PORTS};
use socket2::{Domain, Protocol, Socket, Type};
use thiserror::Error;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Longer than any magic packet with its surroundings; the rest of a longer datagram is not looked at.
const LONGEST: usize = 2048;

/// Datagrams that wait at most; when there are more, the system drops them.
const WAITING: usize = 64;

/// Listens on UDP 7 and 9 for magic packets that name one of our own cards. It never answers.
#[derive(Debug)]
pub struct Listener {
    arrivals: mpsc::Receiver<io::Result<Arrival>>,
    /// One for each socket; they end with this value.
    tasks: JoinSet<()>,
    ports: Vec<u16>,
    refused: Vec<Refused>,
    hearing: Hearing,
    begin: Instant,
}

/// A datagram on one of the ports.
#[derive(Debug)]
struct Arrival {
    port: u16,
    from: IpAddr,
    datagram: Vec<u8>,
}

/// A port that could not be listened to.
#[derive(Debug)]
pub struct Refused {
    /// Address and port.
    pub address: SocketAddr,
    /// What the system said.
    pub error: io::Error,
}

/// No port could be listened to.
#[derive(Debug, Error)]
#[error("none of the ports 7 and 9 can be listened to: {}", .0.error)]
pub struct NoPort(pub Refused);

impl Listener {
    /// Opens what can be opened of both ports on IPv4 and IPv6, inside a runtime. Ports below 1024 need the right
    /// `CAP_NET_BIND_SERVICE`.
    ///
    /// # Errors
    /// [`NoPort`] with the first refusal where there is nothing to listen to.
    pub fn open(own: Vec<Mac>) -> Result<Self, NoPort> {
        let (sender, arrivals) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        let (mut ports, mut refused) = (Vec::new(), Vec::new());
        for address in [IpAddr::from(Ipv4Addr::UNSPECIFIED), Ipv6Addr::UNSPECIFIED.into()] {
            for port in PORTS {
                let address = SocketAddr::new(address, port);
                match bind(address) {
                    Ok(socket) => {
                        tasks.spawn(follow(socket, port, sender.clone()));
                        ports.push(port);
                    }
                    Err(error) => refused.push(Refused { address, error }),
                }
            }
        }
        if tasks.is_empty() {
            return Err(NoPort(refused.swap_remove(0)));
        }
        ports.sort_unstable();
        ports.dedup();
        Ok(Self { arrivals, tasks, ports, refused, hearing: Hearing::new(own), begin: Instant::now() })
    }

    /// The ports that are listened to on IPv4, IPv6 or both, ascending.
    #[must_use]
    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// What could not be listened to.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// What was passed over so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.hearing.counters()
    }

    /// The next packet for one of our cards. The future may be dropped without losing one.
    ///
    /// # Errors
    /// If the system refuses to receive.
    pub async fn next(&mut self) -> io::Result<Heard> {
        loop {
            let arrival = self.arrivals.recv().await.ok_or(io::ErrorKind::NotConnected)??;
            let now = i64::try_from(self.begin.elapsed().as_millis()).unwrap_or(i64::MAX);
            let outcome = self.hearing.take(now, arrival.port, arrival.from, &arrival.datagram);
            if let Outcome::Heard(heard) = outcome {
                return Ok(heard);
            }
        }
    }

    /// Closes the sockets, and returns when others may have the ports.
    pub async fn close(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn follow(socket: UdpSocket, port: u16, sender: mpsc::Sender<io::Result<Arrival>>) {
    let mut buffer = [0; LONGEST];
    loop {
        let received = socket.recv_from(&mut buffer).await;
        let failed = received.is_err();
        let arrival = received.map(|(length, from)| Arrival { port, from: from.ip(), datagram: buffer[..length].to_vec() });
        if sender.send(arrival).await.is_err() || failed {
            return;
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}
