//! Which ports a viewer needs: any one of three, and none inbound.

use serde_json::json;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];

/// With only this port of the server open, and every unsolicited packet to the viewer dropped, a screen gets its place, plays, and obeys. `more` is
/// what else is to be tried.
fn only(port: u16, more: impl FnOnce(&Desk<'_>, &Computer<'_>, &str) -> anyhow::Result<()>) -> anyhow::Result<()> {
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
    let settings = format!("[server]\naddress = [\"{}\"]\n[time]\nmode = \"own\"\n", town.address());
    let computer = Computer::start(&host, &settings)?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    // Orders and pictures need no way in.
    desk.until("the screen can be photographed", || {
        Ok(desk.call("POST", &format!("/viewers/{viewer}/commands"), Some(&json!({"kind": "screenshot"}))).ok())
    })?;
    let status = desk.status(&viewer)?;
    assert!(status["screenshot_at"].is_number(), "{status}");
    more(&desk, &computer, &viewer)?;
    drop(filters);
    Ok(())
}

/// The time of the server, and what screens are told to do.
fn time_and_tasks(desk: &Desk<'_>, computer: &Computer<'_>, viewer: &str) -> anyhow::Result<()> {
    for (kind, brings_a_file) in [
        (json!("screenshot"), true),
        (json!({"fetch_logs": {"lines": 20}}), true),
        (json!("black_box"), true),
        (json!({"identify": {"seconds": 1}}), false),
        (json!("refresh"), false),
        (json!("restart"), false),
    ] {
        let run = desk.task(&kind, viewer)?;
        assert_eq!((&run["state"], run["file"].is_object()), (&json!("done"), brings_a_file), "{run}");
    }
    computer.display.until_it_shows(BLUE)?;
    desk.until("the clock follows the server's by NTP", || {
        let status = computer.ask("status")?;
        Ok(status["clock"].as_str().is_some_and(|clock| clock.starts_with("NTP")).then_some(()))
    })?;
    let bound = desk.until("the server is told how good it is", || {
        Ok(desk.status(viewer)?["machine"]["clock_bound_ms"].as_f64().filter(|bound| *bound > 0.0))
    })?;
    assert!(bound < 500.0, "{bound} ms");
    Ok(())
}

#[test]
fn lab_a_viewer_needs_only_7237() -> anyhow::Result<()> {
    only(7237, time_and_tasks)
}

#[test]
fn lab_a_viewer_needs_only_80() -> anyhow::Result<()> {
    only(80, |_, _, _| Ok(()))
}

#[test]
fn lab_a_viewer_needs_only_443() -> anyhow::Result<()> {
    only(443, |_, _, _| Ok(()))
}
