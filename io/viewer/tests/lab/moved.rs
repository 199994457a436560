//! The control port moves, and screens follow.

use serde_json::json;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];

/// The web ports are closed to screens: no tunnel leads them back, and what they know of the server is out of date.
#[test]
fn lab_a_viewer_finds_the_control_port_where_it_moved() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let mut server = Server::start(&town.server)?;
    town.server.nft(
        "table inet closed {\nchain input {\ntype filter hook input priority 0; policy accept;\n\
         iifname \"eth0\" tcp dport { 80, 443 } reject with tcp reset\n}\n}\n",
    )?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let presentation = desk.colour("Departures", "#1234c8")?;
    desk.schedule(&presentation)?;
    let host = town.segment.host("screen")?;
    let computer = Computer::start(&host, "")?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;

    server.restart_with(&town.server, &["control.port=7300"])?;
    desk.until("the viewer returns", || Ok((desk.status(&viewer)?["online"] == true).then_some(())))?;
    assert_eq!(computer.ask("status")?["way"], "control");

    // It obeys.
    desk.change(&presentation, "#109840")?;
    computer.display.until_it_shows(GREEN)?;
    desk.until("the screen can be photographed", || {
        Ok(desk.call("POST", &format!("/viewers/{viewer}/commands"), Some(&json!({"kind": "screenshot"}))).ok())
    })?;
    assert!(desk.status(&viewer)?["screenshot_at"].is_number());
    Ok(())
}
