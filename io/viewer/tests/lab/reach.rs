//! Which ports a viewer needs: any one of three, and none inbound.

use serde_json::json;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];

/// With only this port of the server open, and every unsolicited packet to the viewer dropped, a screen gets its place, plays, and obeys.
fn only(port: u16) -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    desk.schedule(&desk.colour("Departures", "#1234c8")?)?;
    let closed: Vec<_> = [7237, 80, 443].into_iter().filter(|other| *other != port).collect();
    let filters: Vec<_> = closed
        .iter()
        .map(|other| town.server.drop_incoming(&format!("iifname eth0 tcp dport {other}")))
        .collect::<Result<_, _>>()?;
    let host = town.segment.host("screen")?;
    host.nft(
        "table inet closed {\nchain input {\ntype filter hook input priority 0; policy drop;\niifname lo accept\n\
         ct state established,related accept\nmeta l4proto ipv6-icmp accept\n}\n}",
    )?;
    let computer = Computer::start(&host, &format!("[server]\naddress = [\"{}\"]\n", town.address()))?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    // Orders and pictures need no way in.
    desk.until("the screen can be photographed", || {
        Ok(desk.call("POST", &format!("/viewers/{viewer}/commands"), Some(&json!({"kind": "screenshot"}))).ok())
    })?;
    let status = desk.status(&viewer)?;
    assert!(status["screenshot_at"].is_number(), "{status}");
    drop(filters);
    Ok(())
}

#[test]
fn lab_a_viewer_needs_only_7237() -> anyhow::Result<()> {
    only(7237)
}

#[test]
fn lab_a_viewer_needs_only_80() -> anyhow::Result<()> {
    only(80)
}

#[test]
fn lab_a_viewer_needs_only_443() -> anyhow::Result<()> {
    only(443)
}
