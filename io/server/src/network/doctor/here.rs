//! This machine as a server.

use std::net::{IpAddr, SocketAddr};

use domain::ports::{Direction, Party, Protocol, TABLE};
use socket2::{Domain, Socket, Type};

use super::{clock, database, disk, multicast, outward, upstream};
use crate::config::Config;
use crate::network::port_state::{Row, State, row};
use api::network::Finding;

/// Everything that this machine can tell: each row of the table, activation and sources of time outward, clock, multicast, disk.
///
/// Takes up to a few seconds.
pub async fn here(config: &Config) -> Vec<Finding> {
    let (clock, sources) = tokio::join!(clock::check(), upstream::check(&config.time));
    let config = config.clone();
    let mut findings =
        tokio::task::spawn_blocking(move || machine(&config)).await.expect("looking at the machine does not panic");
    findings.extend(sources);
    findings.push(clock);
    findings
}

fn machine(config: &Config) -> Vec<Finding> {
    let rows = TABLE.iter().filter(|port| matches!(port.party, Party::Server | Party::Local)).map(|port| row(config, port));
    let mut findings: Vec<Finding> =
        rows.filter(|row| row.port.direction != Direction::Out).map(|row| inbound(config, &row)).collect();
    findings.extend(outward::wake());
    findings.extend(outward::activation(&config.activation));
    findings.extend(multicast::check());
    findings.extend(disk::check(&config.data.dir));
    findings.extend(database::check(&config.data.dir));
    findings
}

fn inbound(config: &Config, row: &Row) -> Finding {
    let subject = format!("{}/{}", row.number, row.port.protocol);
    let setting = row.port.setting.unwrap_or("-");
    let purpose = row.port.purpose;
    match &row.state {
        State::Listening => Finding::fine(subject, format!("Signboard listens: {purpose}.")),
        State::NotUsed if row.port.party == Party::Local => Finding::fine(subject, "Not used: embedded broker."),
        State::NotUsed => Finding::note(subject, format!("Switched off in the settings: {purpose}.")),
        State::Taken(holder) => Finding::trouble(
            subject,
            format!("Taken by {holder}, so it is not there for {purpose}."),
            format!("Stop that program, or give Signboard another port with {setting}."),
        ),
        State::Free => free(config, row, subject),
    }
}

/// Tries the port as the server would.
fn free(config: &Config, row: &Row, subject: String) -> Finding {
    let setting = row.port.setting.unwrap_or("-");
    let tried = config.bind.address.iter().find_map(|address| take(*address, row.number, row.port.protocol).err());
    match tried {
        None => Finding::note(subject, format!("Free, nothing listens now: {}.", row.port.purpose)),
        Some(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Finding::trouble(
            subject,
            format!("This user has no right to open port {}.", row.number),
            format!(
                "Run `sudo setcap cap_net_bind_service=+ep {}`, start the systemd unit, which grants it, or set {setting}.",
                std::env::current_exe().unwrap_or_else(|_| "signboard".into()).display(),
            ),
        ),
        Some(error) => Finding::trouble(
            subject,
            format!("The port cannot be opened ({error})."),
            format!("Set bind.address to addresses of this machine, or {setting} to another port."),
        ),
    }
}

fn take(address: IpAddr, port: u16, protocol: Protocol) -> std::io::Result<()> {
    let address = SocketAddr::new(address, port);
    let kind = match protocol {
        Protocol::Tcp => Type::STREAM,
        Protocol::Udp => Type::DGRAM,
    };
    let socket = match Socket::new(Domain::for_address(address), kind, None) {
        Ok(socket) => socket,
        // A machine without IPv6 serves IPv4 alone.
        Err(_) if address.is_ipv6() && address.ip().is_unspecified() => return Ok(()),
        Err(error) => return Err(error),
    };
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    match socket.bind(&address.into()) {
        Err(error) if address.is_ipv6() && error.kind() == std::io::ErrorKind::AddrNotAvailable => Ok(()),
        result => result,
    }
}
