//! What nobody should send: dropped, counted by reason, and never logged per packet.

use std::net::UdpSocket;

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
    for datagram in [ntp(6, 48), ntp(7, 192), ntp(3, 47), ntp(3, 2_000)] {
        socket.send_to(&datagram, (server, 123))?;
    }
    let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>";
    for text in ["<s:Envelope", bomb, "<x xmlns='urn:nobody'/>"] {
        socket.send_to(text.as_bytes(), (server, 3702))?;
    }
    let page = || town.page(&format!("http://{server}/metrics")).unwrap();
    let counted = [
        "signboard_time_dropped_total{reason=\"control\"} 2",
        "signboard_time_dropped_total{reason=\"short\"} 1",
        "signboard_time_dropped_total{reason=\"long\"} 1",
        "signboard_discovery_dropped_total{reason=\"malformed\"} 1",
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
