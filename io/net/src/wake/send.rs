//! Sending magic packets by every way there is.

use std::io;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd;

use lan::wake::{MagicPacket, PORTS, frame, stagger};
use nix::sys::socket::{AddressFamily, LinkAddr, MsgFlags, SockFlag, SockType, sendto, socket};
use socket2::{Domain, Protocol, Socket, Type};
use thiserror::Error;
use tokio::time::{Instant, sleep_until};

use super::card::{Card, cards};

/// All nodes of a link (RFC 4291 section 2.7.1).
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// By which ways a packet shall go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The interface, such as `eth0`; none = all that are up and have a carrier.
    pub interface: Option<String>,
    /// Whether Ethernet frames are awaited besides datagrams.
    pub frames: Frames,
}

/// Whether Ethernet frames of type `0x0842` are awaited. They are sent on every interface, beside the datagrams, and need the right
/// `CAP_NET_RAW`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frames {
    /// A missing right is reported on every interface.
    Always,
    /// A missing right is passed over where there are datagrams.
    #[default]
    WhereAllowed,
}

/// One way that was tried.
#[derive(Debug)]
pub struct Way {
    /// The interface.
    pub interface: String,
    /// Where the datagram went; none for an Ethernet frame.
    pub to: Option<SocketAddr>,
    /// Whether the system took it. Whether it arrived, nobody knows.
    pub outcome: io::Result<()>,
}

/// Nothing was sent.
#[derive(Debug, Error)]
pub enum SendError {
    /// The chosen interface is not there, is down, or has no carrier.
    #[error("there is no interface {name:?} that is up and connected: there are {there}")]
    NoInterface {
        /// Its name.
        name: String,
        /// Names of those that are, separated by commas.
        there: String,
    },
    /// No interface is up and connected.
    #[error("no network interface is up and connected: connect this machine to a network")]
    NoInterfaces,
    /// Every way was refused.
    #[error("no way could be used; over {interface}: {source}")]
    Refused {
        /// The interface of the first way.
        interface: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system does not name its interfaces.
    #[error("the network interfaces cannot be read: {0}")]
    System(#[from] io::Error),
}

/// Sends a packet and says which ways it took, in the order of `docs/protocols/wake.md` section 2. It does not wait for anything.
///
/// # Errors
/// [`SendError`] where it was sent by no way at all.
pub fn send(packet: &MagicPacket, wish: &Wish) -> Result<Vec<Way>, SendError> {
    let mut cards = cards()?;
    if let Some(name) = &wish.interface {
        let there = cards.keys().cloned().collect::<Vec<_>>().join(", ");
        cards.retain(|other, _| other == name);
        if cards.is_empty() {
            return Err(SendError::NoInterface { name: name.clone(), there });
        }
    }
    let mut ways = Vec::new();
    for (name, card) in &cards {
        by_datagram(packet, name, card, &mut ways);
        let Some(link) = &card.link else { continue };
        let outcome = send_frame(packet, link);
        let is_forbidden = outcome.as_ref().is_err_and(is_forbidden);
        let has_others = ways.iter().any(|way| way.interface == *name);
        if !(is_forbidden && has_others && wish.frames == Frames::WhereAllowed) {
            ways.push(Way { interface: name.clone(), to: None, outcome });
        }
    }
    if ways.iter().any(|way| way.outcome.is_ok()) {
        return Ok(ways);
    }
    let refused = ways.into_iter().find_map(|way| Some((way.interface, way.outcome.err()?)));
    Err(refused.map_or(SendError::NoInterfaces, |(interface, source)| SendError::Refused { interface, source }))
}

/// Sends many packets, at most `per_second` of them within any second, and tells of each by its place in the list.
pub async fn send_staggered(
    packets: &[MagicPacket],
    per_second: NonZeroU16,
    wish: &Wish,
    mut tell: impl FnMut(usize, Result<Vec<Way>, SendError>),
) {
    let begin = Instant::now();
    for (place, (packet, after)) in packets.iter().zip(stagger(packets.len(), per_second)).enumerate() {
        sleep_until(begin + after).await;
        tell(place, send(packet, wish));
    }
}

/// Whether this process may send no frames: it lacks the right, or its unit names the address families that it may use.
fn is_forbidden(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied || error.raw_os_error() == Some(nix::libc::EAFNOSUPPORT)
}

fn by_datagram(packet: &MagicPacket, name: &str, card: &Card, ways: &mut Vec<Way>) {
    let mut targets: Vec<(SocketAddr, SocketAddr)> = Vec::new();
    for (own, broadcast) in &card.networks {
        targets.extend(PORTS.map(|port| ((*own, 0).into(), (*broadcast, port).into())));
    }
    if let Some(scope) = card.ipv6 {
        let own = (Ipv6Addr::UNSPECIFIED, 0).into();
        targets.extend(PORTS.map(|port| (own, SocketAddrV6::new(ALL_NODES, port, 0, scope).into())));
    }
    ways.extend(targets.into_iter().map(|(own, to)| {
        let outcome = socket_at(name, own).and_then(|socket| socket.send_to(&packet.to_bytes(), to)).map(drop);
        Way { interface: name.to_owned(), to: Some(to), outcome }
    }));
}

fn socket_at(interface: &str, own: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(own), Type::DGRAM, Some(Protocol::UDP))?;
    if own.is_ipv4() {
        socket.set_broadcast(true)?;
    }
    // Two interfaces may have the same network; kernels before 5.7 demand a right for this, and then the routes decide.
    let _ = socket.bind_device(Some(interface.as_bytes()));
    socket.bind(&own.into())?;
    Ok(socket.into())
}

fn send_frame(packet: &MagicPacket, link: &LinkAddr) -> io::Result<()> {
    let own = link.addr().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let socket = socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, None)?;
    sendto(socket.as_raw_fd(), &frame::write(own, packet), link, MsgFlags::empty())?;
    Ok(())
}
