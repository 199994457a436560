//! A UDP socket that knows when a datagram arrived and to which address it was sent.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
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

/// A non-blocking socket with the kernel's stamps.
pub(super) struct Datagrams {
    socket: UdpSocket,
    room: [u8; ROOM],
    control: Vec<u8>,
}

/// A datagram that arrived. Its bytes are in the socket's room until the next one.
pub(super) struct Arrival {
    pub(super) length: usize,
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

impl Datagrams {
    /// A socket at an address. A socket for IPv6 leaves IPv4 alone. `is_shared` lets other sockets of the same kind have the port as well.
    pub(super) fn bind(address: SocketAddr, is_shared: bool) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM.nonblocking(), Some(Protocol::UDP))?;
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
        let socket = UdpSocket::from_std(socket.into())?;
        let control = nix::cmsg_space!(TimeSpec, in6_pktinfo, in_pktinfo);
        Ok(Self { socket, room: [0; ROOM], control })
    }

    /// From now on another socket may have the port too, if it asks for that: a client that talks to one peer from it. Only a socket that was not
    /// bound as shared finds out that a stranger holds the port.
    pub(super) fn share(&self) -> io::Result<()> {
        Ok(setsockopt(&self.socket, sockopt::ReuseAddr, &true)?)
    }

    /// Talks to one peer only.
    pub(super) async fn connect(&self, peer: SocketAddr) -> io::Result<()> {
        self.socket.connect(peer).await
    }

    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The bytes of the last arrival.
    pub(super) fn bytes(&self, arrival: &Arrival) -> &[u8] {
        &self.room[..arrival.length]
    }

    /// Waits until there may be something to receive.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes a datagram that is there; `WouldBlock` if there is none.
    pub(super) fn try_receive(&mut self) -> io::Result<Arrival> {
        let Self { socket, room, control } = self;
        socket.try_io(Interest::READABLE, || {
            let mut parts = [IoSliceMut::new(room)];
            let message = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(control), MsgFlags::MSG_DONTWAIT)?;
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
            let from = message.address.as_ref().and_then(socket_address).or_else(|| socket.peer_addr().ok());
            let from = from.ok_or_else(|| io::Error::other("the kernel named no sender"))?;
            Ok(Arrival { length: message.bytes, from, asked, at })
        })
    }

    /// Sends to the connected peer, and gives the moment just before.
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

    /// Answers an arrival from the address that was asked. What cannot be sent at once is lost, as any datagram may be.
    pub(super) fn answer(&self, arrival: &Arrival, bytes: &[u8]) -> io::Result<usize> {
        let parts = [IoSlice::new(bytes)];
        let to = SockaddrStorage::from(arrival.from);
        let send = |control: &[ControlMessage<'_>]| {
            Ok(sendmsg(self.socket.as_raw_fd(), &parts, control, MsgFlags::MSG_DONTWAIT, Some(&to))?)
        };
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
}

fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(address) = address.as_sockaddr_in() {
        return Some(SocketAddr::V4(SocketAddrV4::from(*address)));
    }
    address.as_sockaddr_in6().map(|address| SocketAddr::V6(SocketAddrV6::from(*address)))
}

#[cfg(test)]
mod tests {
    use super::Datagrams;

    #[tokio::test]
    async fn an_answer_comes_from_the_address_that_was_asked() {
        for (bound, asked) in [("0.0.0.0:0", "127.0.0.7"), ("[::]:0", "::1")] {
            let mut server = Datagrams::bind(bound.parse().unwrap(), false).unwrap();
            let asked = std::net::SocketAddr::new(asked.parse().unwrap(), server.local().unwrap().port());
            let client = tokio::net::UdpSocket::bind(if asked.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" }).await.unwrap();
            client.send_to(b"question", asked).await.unwrap();
            server.readable().await.unwrap();
            let arrival = server.try_receive().unwrap();
            assert_eq!((server.bytes(&arrival), arrival.from), (b"question".as_slice(), client.local_addr().unwrap()));
            server.answer(&arrival, b"answer").unwrap();
            let mut room = [0; 16];
            let (length, from) = client.recv_from(&mut room).await.unwrap();
            assert_eq!((&room[..length], from), (b"answer".as_slice(), asked));
        }
    }

    #[tokio::test]
    async fn a_port_is_not_taken_twice_unless_shared() {
        let first = Datagrams::bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
        let address = first.local().unwrap();
        assert_eq!(Datagrams::bind(address, true).err().unwrap().kind(), std::io::ErrorKind::AddrInUse);
        first.share().unwrap();
        assert!(Datagrams::bind(address, true).is_ok());
        assert!(Datagrams::bind(address, false).is_err());
    }
}
