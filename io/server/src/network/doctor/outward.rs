//! What this server calls: sleeping screens and online activation.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::Duration;

use domain::ports;

use crate::config::Activation;
use api::network::Finding;

/// How long the activation service may take to answer a call.
const PATIENCE: Duration = Duration::from_secs(3);
/// The group of all hosts of a network (RFC 1112, section 4).
const ALL_HOSTS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);

/// Whether magic packets can leave: an interface with a broadcast address, and a firewall that lets them out.
pub(super) fn wake() -> Vec<Finding> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let broadcast: Vec<String> = interfaces
        .iter()
        .filter(|one| !one.is_loopback())
        .filter_map(|one| match &one.addr {
            if_addrs::IfAddr::V4(address) => address.broadcast.map(|to| format!("{to} on {}", one.name)),
            if_addrs::IfAddr::V6(_) => None,
        })
        .collect();
    [ports::WAKE_ECHO, ports::WAKE_DISCARD].into_iter().map(|port| magic(port, &broadcast, leaves(port))).collect()
}

fn magic(port: u16, broadcast: &[String], leaves: io::Result<()>) -> Finding {
    let subject = format!("{port}/udp");
    match leaves {
        _ if broadcast.is_empty() => Finding::trouble(
            subject,
            "No interface has a broadcast address, so magic packets reach nobody.",
            "Give an interface an IPv4 address in the screens' network, or wake by a viewer there.",
        ),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Finding::trouble(
            subject,
            format!("This machine lets no magic packets to UDP {port} out ({}).", words(&error)),
            format!("Let UDP {port} leave it: `signboard firewall --outgoing` prints the rules."),
        ),
        _ => Finding::fine(subject, format!("Magic packets go to {}.", broadcast.join(", "))),
    }
}

/// Whether this machine's own firewall lets packets to the port out. The word goes to a group with a reach of 0, so that it passes the
/// firewall and never gets to a wire (RFC 1112, section 6.1).
fn leaves(port: u16) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_broadcast(true)?;
    socket.set_multicast_ttl_v4(0)?;
    socket.set_multicast_loop_v4(false)?;
    socket.send_to(b"signboard doctor", (ALL_HOSTS, port)).map(drop)
}

/// Whether the activation service can be reached; one of the two ports is enough.
pub(super) fn activation(settings: &Activation) -> Vec<Finding> {
    let ports = [ports::ACTIVATION, ports::HTTPS];
    let subject = |port: u16| format!("{port}/tcp out");
    let Some(host) = &settings.host else {
        let text = "Not tried: activation.host is not set.";
        return ports.into_iter().map(|port| Finding::note(subject(port), text)).collect();
    };
    let tried = std::thread::scope(|scope| {
        let calls = ports.map(|port| (port, scope.spawn(move || call(host.as_str(), port))));
        calls.map(|(port, call)| (port, call.join().expect("opening a connection does not panic")))
    });
    let open = tried.iter().any(|(_, result)| result.is_ok());
    tried
        .into_iter()
        .map(|(port, result)| match result {
            Ok(()) => Finding::fine(subject(port), format!("Port {port} of {host} is open.")),
            Err(error) if open => {
                Finding::note(subject(port), format!("Port {port} of {host} is closed ({error}); the other one is enough."))
            }
            Err(error) => Finding::trouble(
                subject(port),
                format!("Port {port} of {host} is closed ({error})."),
                "Let this server call it by TCP on port 4525 or 443; one of them is enough.",
            ),
        })
        .collect()
}

/// Opens a connection and closes it again.
pub(super) fn call(host: &str, port: u16) -> Result<(), String> {
    let addresses: Vec<SocketAddr> =
        (host, port).to_socket_addrs().map_err(|error| format!("the name is unknown: {error}"))?.collect();
    let mut last = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(error) => last = words(&error),
        }
    }
    Err(last)
}

/// What the system says, without its number.
pub(super) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use api::network::Verdict;

    use super::*;

    #[test]
    fn a_firewall_that_keeps_magic_packets_in_is_trouble_and_a_missing_route_is_not() {
        let broadcast = ["10.0.0.255 on eth0".to_owned()];
        let kept = magic(9, &broadcast, Err(io::ErrorKind::PermissionDenied.into()));
        assert_eq!((kept.subject.as_str(), kept.verdict), ("9/udp", Verdict::Trouble));
        assert!(kept.text.contains("UDP 9 out (permission denied)"), "{}", kept.text);
        assert_eq!(magic(7, &broadcast, Err(io::ErrorKind::NetworkUnreachable.into())).verdict, Verdict::Fine);
        assert_eq!(magic(7, &broadcast, Ok(())).verdict, Verdict::Fine);
        assert_eq!(magic(7, &[], Ok(())).verdict, Verdict::Trouble);
    }
}
