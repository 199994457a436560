//! What nobody should send: dropped, counted by reason, and never logged per packet.

use std::net::UdpSocket;

use lan::discovery::{Body, Message, Probe, Version, urn, write};

use crate::running::{Running, Town, until};

/// An NTP question of this mode, version 4, and this length in bytes.
fn ntp(mode: u8, length: usize) -> Vec<u8> {
    let mut packet = vec![0; length];
    packet[0] = 4 << 3 | mode;
    packet
}

#[test]
fn lab_what_is_dropped_is_counted_by_reason_and_not_logged() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("curl", "curl")])? else { return Ok(()) };
    let running = Running::start(&town.server, &[])?;
    let socket = town.screen.enter(|| UdpSocket::bind("0.0.0.0:0"))?;
    let server = town.server.card().ipv4();
    let version_7 = [&[7 << 3 | 3], [0; 47].as_slice()].concat();
    for datagram in [ntp(6, 48), ntp(7, 192), ntp(3, 47), ntp(3, 2_000), ntp(5, 48), ntp(4, 48), version_7] {
        socket.send_to(&datagram, (server, 123))?;
    }
    let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>";
    let probe = write(&Message {
        version: Version::V11,
        id: urn(uuid::Uuid::from_u128(9)),
        relates_to: None,
        to: Some(Version::V11.everybody().to_owned()),
        sequence: None,
        body: Body::Probe(Probe::default()),
    });
    let (truncated, oversized) = (&probe[..probe.len() - 9], [b' '; 20_000]);
    let envelopes: [&[u8]; 4] = [b"<s:Envelope", truncated, bomb.as_bytes(), b"<x xmlns='urn:nobody'/>"];
    for datagram in envelopes.into_iter().chain([oversized.as_slice(), &probe, &probe]) {
        socket.send_to(datagram, (server, 3702))?;
    }
    let page = || town.page(&format!("http://{server}/metrics")).unwrap();
    let counted = [
        "signboard_time_dropped_total{reason=\"control\"} 2",
        "signboard_time_dropped_total{reason=\"short\"} 1",
        "signboard_time_dropped_total{reason=\"long\"} 1",
        "signboard_time_dropped_total{reason=\"mode\"} 2",
        "signboard_time_dropped_total{reason=\"version\"} 1",
        "signboard_discovery_dropped_total{reason=\"too_long\"} 1",
        "signboard_discovery_dropped_total{reason=\"duplicate\"} 1",
        "signboard_discovery_answered_total 1",
        "signboard_discovery_dropped_total{reason=\"malformed\"} 2",
        "signboard_discovery_dropped_total{reason=\"forbidden\"} 1",
        "signboard_discovery_dropped_total{reason=\"wrong_envelope\"} 1",
    ];
    until("everything is counted", || counted.iter().all(|line| page().contains(line)));
    let sender = town.screen.card().ipv4().to_string();
    let told = |line: &String| line.contains(&sender) || line.contains(" WARN ") || line.contains(" ERROR ");
    assert!(!running.program.lines().iter().any(told), "{:?}", running.program.lines());
    assert!(town.answers("http", 80), "the rest goes on");
    Ok(())
}
