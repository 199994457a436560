//! Whether multicast works on each interface.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::time::Duration;

use socket2::{Domain, InterfaceIndexOrAddress, Socket, Type};

use api::network::Finding;

/// The groups of WS-Discovery (1.1, section 2.4): what matters here is that they can be joined and heard.
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xc);
/// How long an own packet may take to come back.
const PATIENCE: Duration = Duration::from_millis(500);

/// Joins the groups on every interface that searches use, and hears an own packet. A single finding where there is none.
pub(super) fn check() -> Vec<Finding> {
    let interfaces: Vec<if_addrs::Interface> =
        if_addrs::get_if_addrs().unwrap_or_default().into_iter().filter(|one| !one.is_loopback()).collect();
    let mut names: Vec<&str> = interfaces.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        let remedy = "Connect the machine to a network, then start the doctor again.";
        return vec![Finding::trouble("multicast", "This machine has no network interface besides loopback.", remedy)];
    }
    names.into_iter().map(|name| interface(name, interfaces.iter().filter(|one| one.name == name))).collect()
}

fn interface<'a>(name: &str, addresses: impl Iterator<Item = &'a if_addrs::Interface>) -> Finding {
    let subject = format!("multicast {name}");
    let (mut heard, mut refused) = (Vec::new(), Vec::new());
    let (mut v4, mut v6) = (false, false);
    for one in addresses {
        let tried = match one.ip() {
            IpAddr::V4(_) if v4 => continue,
            IpAddr::V6(_) if v6 => continue,
            IpAddr::V4(_) => {
                v4 = true;
                ("IPv4", hear_v4(one.index.unwrap_or(0)))
            }
            IpAddr::V6(_) => {
                v6 = true;
                ("IPv6", hear_v6(one.index.unwrap_or(0)))
            }
        };
        match tried {
            (family, Ok(())) => heard.push(family),
            (family, Err(error)) => refused.push(format!("{family}: {error}")),
        }
    }
    if heard.is_empty() {
        let text = format!("Multicast does not work on {name} ({}).", refused.join("; "));
        return Finding::trouble(subject, text, "Let multicast through on it, or type the server's address at the screens.");
    }
    let note = if refused.is_empty() { String::new() } else { format!(" It does not by {}.", refused.join("; ")) };
    Finding::fine(subject, format!("Multicast works on {name} by {}.{note}", heard.join(" and ")))
}

fn hear_v4(index: u32) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)).into())?;
    let interface = InterfaceIndexOrAddress::Index(index);
    socket.join_multicast_v4_n(&GROUP_V4, &interface)?;
    rustix::net::sockopt::set_ip_multicast_if_with_ifindex(&socket, &Ipv4Addr::UNSPECIFIED, &Ipv4Addr::UNSPECIFIED, index)?;
    socket.set_multicast_loop_v4(true)?;
    let socket = UdpSocket::from(socket);
    let port = socket.local_addr()?.port();
    hear(&socket, SocketAddr::V4(SocketAddrV4::new(GROUP_V4, port)))
}

fn hear_v6(index: u32) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV6, Type::DGRAM, None)?;
    socket.set_only_v6(true)?;
    socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into())?;
    socket.join_multicast_v6(&GROUP_V6, index)?;
    socket.set_multicast_if_v6(index)?;
    socket.set_multicast_loop_v6(true)?;
    let socket = UdpSocket::from(socket);
    let port = socket.local_addr()?.port();
    hear(&socket, SocketAddr::V6(SocketAddrV6::new(GROUP_V6, port, 0, index)))
}

/// Sends a packet to the group and waits until it comes back.
fn hear(socket: &UdpSocket, group: SocketAddr) -> io::Result<()> {
    let word = format!("signboard doctor {}", std::process::id());
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.send_to(word.as_bytes(), group)?;
    let mut heard = [0; 64];
    loop {
        match socket.recv_from(&mut heard) {
            Ok((length, _)) if heard[..length] == *word.as_bytes() => return Ok(()),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "an own packet did not come back"));
            }
            Err(error) => return Err(error),
        }
    }
}
