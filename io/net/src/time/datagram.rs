//! UDP sockets that know when a datagram arrived and to which address it was sent.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::AsRawFd;

use lan::ntp::Raw;
use nix::libc::{in_pktinfo, in6_pktinfo};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::reading::Reading;

/// Room for the datagrams that arrive while this process is put aside, in bytes. The kernel doubles it for its own use.
const RECEIVE_BUFFER: usize = 1 << 20;

/// The longest datagram that is told apart from a longer one, in bytes.
const ROOM: usize = 1_025;

/// Room for one datagram and what the kernel says of it.
pub(super) struct Room {
    bytes: [u8; ROOM],
    control: Vec<u8>,
}

/// A datagram that arrived. Its bytes are in the room until the next one.
pub(super) struct Arrival {
    length: usize,
    pub(super) from: SocketAddr,
    asked: Option<Asked>,
    /// When it arrived.
    pub(super) at: Reading,
}

#[derive(Clone, Copy)]
enum Asked {
    V4(in_pktinfo),
    V6(in6_pktinfo),
}

/// A blocking socket at an address, with the kernel's stamps. One for IPv6 leaves IPv4 alone. `is_shared` lets other sockets of the same kind have the
/// port as well.
pub(super) fn open(address: SocketAddr, is_shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
        setsockopt(&socket, sockopt::Ipv6RecvPacketInfo, &true)?;
    } else {
        setsockopt(&socket, sockopt::Ipv4PacketInfo, &true)?;
    }
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    // Beyond the system's bound only with a right that a server may lack; the bound is room for about 25 ms of flood.
    if setsockopt(&socket, sockopt::RcvBufForce, &RECEIVE_BUFFER).is_err() {
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    }
    socket.set_reuse_address(is_shared)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

impl Room {
    pub(super) fn new() -> Self {
        Self { bytes: [0; ROOM], control: nix::cmsg_space!(TimeSpec, in6_pktinfo, in_pktinfo) }
    }

    /// The bytes of the last arrival.
    pub(super) fn bytes(&self, arrival: &Arrival) -> &[u8] {
        &self.bytes[..arrival.length]
    }

    /// Takes a datagram; waits for it if the socket blocks, else `WouldBlock` if there is none.
    pub(super) fn receive(&mut self, socket: &impl AsRawFd) -> io::Result<Arrival> {
        let mut parts = [IoSliceMut::new(&mut self.bytes)];
        let message = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(&mut self.control), MsgFlags::empty())?;
        let now = Reading::now();
        let (mut at, mut asked) = (now, None);
        for item in message.cmsgs()? {
            match item {
                ControlMessageOwned::ScmTimestampns(stamp) => at = now.of_stamp(stamp),
                ControlMessageOwned::Ipv4PacketInfo(info) => asked = Some(Asked::V4(info)),
                ControlMessageOwned::Ipv6PacketInfo(info) => asked = Some(Asked::V6(info)),
                _ => {}
            }
        }
        let from = message.address.as_ref().and_then(socket_address);
        let from = from.ok_or_else(|| io::Error::other("the kernel named no sender"))?;
        Ok(Arrival { length: message.bytes, from, asked, at })
    }
}

/// Answers an arrival from the address that was asked. What cannot be sent at once is lost, as any datagram may be.
pub(super) fn answer(socket: &impl AsRawFd, arrival: &Arrival, bytes: &[u8]) -> io::Result<usize> {
    let parts = [IoSlice::new(bytes)];
    let to = SockaddrStorage::from(arrival.from);
    let send =
        |control: &[ControlMessage<'_>]| Ok(sendmsg(socket.as_raw_fd(), &parts, control, MsgFlags::MSG_DONTWAIT, Some(&to))?);
    match arrival.asked {
        // The route decides the interface; only the address is the one asked.
        Some(Asked::V4(info)) => send(&[ControlMessage::Ipv4PacketInfo(&in_pktinfo { ipi_ifindex: 0, ..info })]),
        Some(Asked::V6(info)) => {
            let address = Ipv6Addr::from(info.ipi6_addr.s6_addr);
            let index = if address.is_unicast_link_local() { info.ipi6_ifindex } else { 0 };
            send(&[ControlMessage::Ipv6PacketInfo(&in6_pktinfo { ipi6_ifindex: index, ..info })])
        }
        None => send(&[]),
    }
}

/// A socket that talks to one peer from within the runtime.
pub(super) struct Datagrams {
    socket: UdpSocket,
    room: Room,
}

impl Datagrams {
    /// A socket at any address of the peer's family. `port` 0 lets the kernel choose; another may be shared with our own server.
    pub(super) async fn connected(peer: SocketAddr, port: u16) -> io::Result<Self> {
        let unspecified: IpAddr = if peer.is_ipv4() { [0, 0, 0, 0].into() } else { [0_u16; 8].into() };
        let socket = open(SocketAddr::new(unspecified, port), port != 0)?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket.into())?;
        socket.connect(peer).await?;
        Ok(Self { socket, room: Room::new() })
    }

    /// The bytes of the last arrival.
    pub(super) fn bytes(&self, arrival: &Arrival) -> &[u8] {
        self.room.bytes(arrival)
    }

    /// Waits until there may be something to receive.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes a datagram that is there; `WouldBlock` if there is none.
    pub(super) fn try_receive(&mut self) -> io::Result<Arrival> {
        let Self { socket, room } = self;
        socket.try_io(Interest::READABLE, || room.receive(socket))
    }

    /// Sends to the peer, and gives the moment just before.
    pub(super) async fn send(&self, bytes: &[u8]) -> io::Result<Raw> {
        loop {
            self.socket.writable().await?;
            let before = Reading::now().raw;
            match self.socket.try_send(bytes) {
                Ok(_) => return Ok(before),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(address) = address.as_sockaddr_in() {
        return Some(SocketAddr::V4(SocketAddrV4::from(*address)));
    }
    address.as_sockaddr_in6().map(|address| SocketAddr::V6(SocketAddrV6::from(*address)))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{SocketAddr, UdpSocket};

    use super::{Room, answer, open};

    #[test]
    fn an_answer_comes_from_the_address_that_was_asked() {
        for (bound, asked, client) in [("0.0.0.0:0", "127.0.0.7", "127.0.0.1:0"), ("[::]:0", "::1", "[::1]:0")] {
            let (server, mut room) = (open(bound.parse().unwrap(), false).unwrap(), Room::new());
            let port = server.local_addr().unwrap().as_socket().unwrap().port();
            let asked = SocketAddr::new(asked.parse().unwrap(), port);
            let client = UdpSocket::bind(client).unwrap();
            client.send_to(b"question", asked).unwrap();
            let arrival = room.receive(&server).unwrap();
            assert_eq!((room.bytes(&arrival), arrival.from), (b"question".as_slice(), client.local_addr().unwrap()));
            answer(&server, &arrival, b"answer").unwrap();
            let mut answered = [0; 16];
            let (length, from) = client.recv_from(&mut answered).unwrap();
            assert_eq!((&answered[..length], from), (b"answer".as_slice(), asked));
        }
    }

    #[test]
    fn a_port_is_not_taken_twice_unless_shared() {
        let first = open("127.0.0.1:0".parse().unwrap(), false).unwrap();
        let address = first.local_addr().unwrap().as_socket().unwrap();
        assert_eq!(open(address, true).err().unwrap().kind(), ErrorKind::AddrInUse);
        first.set_reuse_address(true).unwrap();
        assert!(open(address, true).is_ok());
        assert!(open(address, false).is_err());
    }
}
