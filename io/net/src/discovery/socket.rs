//! A UDP socket that knows on which interface and for which address a datagram came in.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd, RawFd};

use lan::discovery::{Arrival, Destination, Family, Link};
use nix::cmsg_space;
use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
use nix::sys::socket::sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, SockaddrIn6, SockaddrStorage, recvmsg, sendmsg, setsockopt,
};
use socket2::{Domain, InterfaceIndexOrAddress, Protocol, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// The groups of WS-Discovery (section 2.4).
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xc);
/// Multicasts stay on the link.
const HOP_LIMIT: u32 = 1;
const RECEIVE_BUFFER: usize = 512 * 1024;

/// A datagram socket of one family.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: UdpSocket,
    family: Family,
    /// The port of the groups: 3702, or another one in tests and by setting.
    group_port: u16,
}

impl Datagrams {
    /// Binds to all addresses of a family: on `port` beside other programs (`SO_REUSEADDR`), or on any free one.
    pub(crate) fn open(family: Family, port: Option<u16>, group_port: u16) -> io::Result<Self> {
        let domain = if family == Family::V4 { Domain::IPV4 } else { Domain::IPV6 };
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        socket.set_reuse_address(port.is_some())?;
        // The system may grant less; it is a matter of bursts only.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        let any: SocketAddr = match family {
            Family::V4 => {
                setsockopt(&socket, Ipv4PacketInfo, &true)?;
                socket.set_multicast_ttl_v4(HOP_LIMIT)?;
                // Else groups that other programs joined elsewhere are heard too.
                #[cfg(target_os = "linux")]
                socket.set_multicast_all_v4(false)?;
                (Ipv4Addr::UNSPECIFIED, port.unwrap_or(0)).into()
            }
            Family::V6 => {
                socket.set_only_v6(true)?;
                setsockopt(&socket, Ipv6RecvPacketInfo, &true)?;
                socket.set_multicast_hops_v6(HOP_LIMIT)?;
                #[cfg(target_os = "linux")]
                socket.set_multicast_all_v6(false)?;
                (Ipv6Addr::UNSPECIFIED, port.unwrap_or(0)).into()
            }
        };
        socket.bind(&any.into())?;
        Ok(Self { socket: UdpSocket::from_std(socket.into())?, family, group_port })
    }

    /// Joins the group on an interface. Does nothing if it has no address of the family.
    pub(crate) fn join(&self, link: &Link) -> io::Result<()> {
        if link.first(self.family == Family::V4).is_none() {
            return Ok(());
        }
        let joined = match self.family {
            Family::V4 => SockRef::from(&self.socket).join_multicast_v4_n(&GROUP_V4, &InterfaceIndexOrAddress::Index(link.index)),
            Family::V6 => SockRef::from(&self.socket).join_multicast_v6(&GROUP_V6, link.index),
        };
        joined.or_else(|error| if error.kind() == io::ErrorKind::AddrInUse { Ok(()) } else { Err(error) })
    }

    /// Leaves the group on an interface, which may be gone already.
    pub(crate) fn leave(&self, index: u32) {
        let _ = match self.family {
            Family::V4 => SockRef::from(&self.socket).leave_multicast_v4_n(&GROUP_V4, &InterfaceIndexOrAddress::Index(index)),
            Family::V6 => SockRef::from(&self.socket).leave_multicast_v6(&GROUP_V6, index),
        };
    }

    /// Waits until [`Datagrams::try_receive`] may have something.
    pub(crate) async fn ready(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes the next datagram if one is there. Longer ones than `bytes` are cut, so hand one byte more than is wanted.
    pub(crate) fn try_receive(&self, bytes: &mut [u8]) -> Option<(usize, Arrival)> {
        loop {
            match self.socket.try_io(Interest::READABLE, || receive(self.socket.as_raw_fd(), bytes)) {
                Ok(arrived) => return Some(arrived),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                // An error that an earlier message brought back, such as an unreachable port: taken, and the next is looked at.
                Err(_) => {}
            }
        }
    }

    /// Sends at once. A full send buffer is an error like any other: the message will be repeated.
    pub(crate) fn send(&self, to: &Destination, bytes: &[u8]) -> io::Result<()> {
        let (index, from, to) = match *to {
            Destination::Group(index, Family::V4) => (index, None, SocketAddr::from((GROUP_V4, self.group_port))),
            Destination::Group(index, Family::V6) => (index, None, SocketAddrV6::new(GROUP_V6, self.group_port, 0, index).into()),
            // The routing table chooses the interface: the way back need not be the way in.
            Destination::One { to, from, .. } => (0, from, to),
        };
        let (fd, slices) = (self.socket.as_raw_fd(), [IoSlice::new(bytes)]);
        match to {
            SocketAddr::V4(to) => {
                let from = if let Some(IpAddr::V4(from)) = from { from } else { Ipv4Addr::UNSPECIFIED };
                let info = in_pktinfo {
                    ipi_ifindex: index.cast_signed(),
                    ipi_spec_dst: in_addr { s_addr: u32::from_ne_bytes(from.octets()) },
                    ipi_addr: in_addr { s_addr: 0 },
                };
                sendmsg(
                    fd,
                    &slices,
                    &[ControlMessage::Ipv4PacketInfo(&info)],
                    MsgFlags::MSG_DONTWAIT,
                    Some(&SockaddrIn::from(to)),
                )?;
            }
            SocketAddr::V6(to) => {
                let from = if let Some(IpAddr::V6(from)) = from { from } else { Ipv6Addr::UNSPECIFIED };
                let index = if from.is_unicast_link_local() { to.scope_id() } else { index };
                let info = in6_pktinfo { ipi6_addr: in6_addr { s6_addr: from.octets() }, ipi6_ifindex: index };
                sendmsg(
                    fd,
                    &slices,
                    &[ControlMessage::Ipv6PacketInfo(&info)],
                    MsgFlags::MSG_DONTWAIT,
                    Some(&SockaddrIn6::from(to)),
                )?;
            }
        }
        Ok(())
    }
}

fn receive(fd: RawFd, bytes: &mut [u8]) -> io::Result<(usize, Arrival)> {
    let mut space = cmsg_space!(in_pktinfo, in6_pktinfo);
    let mut slices = [IoSliceMut::new(bytes)];
    let message = recvmsg::<SockaddrStorage>(fd, &mut slices, Some(&mut space), MsgFlags::MSG_DONTWAIT)?;
    let from = message.address.and_then(|address| {
        let v4 = address.as_sockaddr_in().map(|address| SocketAddr::from(*address));
        v4.or_else(|| address.as_sockaddr_in6().map(|address| SocketAddr::from(*address)))
    });
    let from = from.ok_or(io::ErrorKind::InvalidData)?;
    let mut arrival =
        Arrival { from, link: 0, to: if from.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() } };
    for part in message.cmsgs()? {
        match part {
            ControlMessageOwned::Ipv4PacketInfo(info) => {
                arrival.link = info.ipi_ifindex.cast_unsigned();
                arrival.to = Ipv4Addr::from(info.ipi_addr.s_addr.to_ne_bytes()).into();
            }
            ControlMessageOwned::Ipv6PacketInfo(info) => {
                arrival.link = info.ipi6_ifindex;
                arrival.to = Ipv6Addr::from(info.ipi6_addr.s6_addr).into();
            }
            _ => {}
        }
    }
    Ok((message.bytes, arrival))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_datagram_tells_where_it_came_in() {
        for (family, own) in [(Family::V4, "127.0.0.1"), (Family::V6, "::1")] {
            let own: IpAddr = own.parse().unwrap();
            let (one, two) = (Datagrams::open(family, None, 3702).unwrap(), Datagrams::open(family, None, 3702).unwrap());
            let port = two.socket.local_addr().unwrap().port();
            let to = Destination::One { to: (own, port).into(), link: 0, from: Some(own) };
            one.send(&to, b"hello").unwrap();
            one.send(&to, b"").unwrap();
            let mut bytes = [0; 16];
            two.ready().await.unwrap();
            let (length, arrival) = two.try_receive(&mut bytes).unwrap();
            assert_eq!((&bytes[..length], arrival.from.ip(), arrival.to), (&b"hello"[..], own, own));
            assert_ne!(arrival.link, 0);
            two.ready().await.unwrap();
            assert_eq!(two.try_receive(&mut bytes).unwrap().0, 0, "an empty datagram is one too");
            assert!(two.try_receive(&mut bytes).is_none());
        }
    }
}
