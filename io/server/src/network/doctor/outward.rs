//! What this server calls: sleeping screens and online activation.

use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::Duration;

use domain::ports;

use crate::config::Activation;
use api::network::Finding;

/// How long the activation service may take to answer a call.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether magic packets can leave: an interface with a broadcast address and a socket that may use it.
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
    let allowed = UdpSocket::bind((IpAddr::from([0, 0, 0, 0]), 0)).and_then(|socket| socket.set_broadcast(true));
    [ports::WAKE_ECHO, ports::WAKE_DISCARD]
        .into_iter()
        .map(|port| {
            let subject = format!("{port}/udp");
            match (&allowed, broadcast.is_empty()) {
                (Err(error), _) => Finding::trouble(
                    subject,
                    format!("This machine may not send broadcasts ({error})."),
                    "Allow the server's user to send UDP broadcasts.",
                ),
                (Ok(()), true) => Finding::trouble(
                    subject,
                    "No interface has a broadcast address, so magic packets reach nobody.",
                    "Give an interface an IPv4 address in the screens' network, or wake by a viewer there.",
                ),
                (Ok(()), false) => Finding::fine(subject, format!("Magic packets go to {}.", broadcast.join(", "))),
            }
        })
        .collect()
}

/// Whether the activation service can be reached; one of the two ports is enough.
pub(super) fn activation(settings: &Activation) -> Vec<Finding> {
    let ports = [ports::ACTIVATION, ports::HTTPS];
    let subject = |port: u16| format!("{port}/tcp out");
    let Some(host) = &settings.host else {
        let text = "Not tried: activation.host is not set.";
        return ports.into_iter().map(|port| Finding::note(subject(port), text)).collect();
    };
    let tried: Vec<(u16, Result<(), String>)> = ports.into_iter().map(|port| (port, call(host.as_str(), port))).collect();
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
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}
