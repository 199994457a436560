//! The IPv4 and the IPv6 socket together.

use std::io;

use lan::discovery::{Arrival, Destination, Family, Link, Transmit};

use super::socket::Datagrams;

/// How many datagrams are read before anything else gets its turn.
const BATCH: usize = 64;

/// One socket of each family; a host may lack one.
#[derive(Debug)]
pub(crate) struct Sockets {
    v4: Option<Datagrams>,
    v6: Option<Datagrams>,
}

impl Sockets {
    /// Opens both, see [`Datagrams::open`].
    ///
    /// # Errors
    /// What the system says of IPv4, if neither can be opened. What it says of the port, if another program has it for one family and does
    /// not share it: half of the searches would stay unanswered without a word.
    pub(crate) fn open(port: Option<u16>, group_port: u16) -> io::Result<Self> {
        let open = |family| Datagrams::open(family, port, group_port);
        match (open(Family::V4), open(Family::V6)) {
            (Err(error), Err(_)) => Err(error),
            (Err(error), _) | (_, Err(error)) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
            (v4, v6) => Ok(Self { v4: v4.ok(), v6: v6.ok() }),
        }
    }

    /// Joins both groups on an interface. Hands back what the system says against it.
    pub(crate) fn join(&self, link: &Link) -> Vec<io::Error> {
        self.each().filter_map(|socket| socket.join(link).err()).collect()
    }

    /// Leaves both groups on an interface.
    pub(crate) fn leave(&self, index: u32) {
        self.each().for_each(|socket| socket.leave(index));
    }

    /// Waits until [`Sockets::receive`] may have something. For ever, should the system take both sockets away.
    pub(crate) async fn ready(&self) {
        let ready = async |socket: &Option<Datagrams>| match socket {
            Some(socket) if socket.ready().await.is_ok() => {}
            _ => std::future::pending().await,
        };
        tokio::select! {
            () = ready(&self.v4) => {}
            () = ready(&self.v6) => {}
        }
    }

    /// Hands the datagrams that are there to `take`, up to a batch of each family.
    pub(crate) fn receive(&self, bytes: &mut [u8], mut take: impl FnMut(&[u8], Arrival)) {
        for socket in self.each() {
            for _ in 0..BATCH {
                let Some((length, arrival)) = socket.try_receive(bytes) else { break };
                take(&bytes[..length], arrival);
            }
        }
    }

    /// Sends at once.
    ///
    /// # Errors
    /// What the system says; `Unsupported` if there is no socket of the family.
    pub(crate) fn send(&self, transmit: &Transmit) -> io::Result<()> {
        let family = match transmit.to {
            Destination::Group(_, family) => family,
            Destination::One { to, .. } if to.is_ipv4() => Family::V4,
            Destination::One { .. } => Family::V6,
        };
        let socket = if family == Family::V4 { &self.v4 } else { &self.v6 };
        socket.as_ref().ok_or(io::ErrorKind::Unsupported)?.send(&transmit.to, &transmit.bytes)
    }

    fn each(&self) -> impl Iterator<Item = &Datagrams> {
        [&self.v4, &self.v6].into_iter().flatten()
    }
}
