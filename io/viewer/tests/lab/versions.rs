//! Viewer and server one version apart: two real builds each way (`docs/decisions/0010-two-builds.md`).

use serde_json::json;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Build, Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];

#[test]
fn lab_a_newer_viewer_plays_from_an_older_server() -> anyhow::Result<()> {
    apart(Build::This, Build::Next)
}

#[test]
fn lab_an_older_viewer_plays_from_a_newer_server() -> anyhow::Result<()> {
    apart(Build::Next, Build::This)
}

/// Enrolment, session, slice, delta, command, status and play record between builds of two versions.
fn apart(server: Build, viewer: Build) -> anyhow::Result<()> {
    if !Build::Next.is_there() {
        let words = "the next version is not built: cargo build --package signboard --package signboard-viewer --bin signboard-next \
                     --bin signboard-viewer-next --features signboard/next,signboard-viewer/next";
        return testkit::skip(words);
    }
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start_as(&town.server, server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let presentation = desk.colour("Departures", "#1234c8")?;
    desk.schedule(&presentation)?;
    let host = town.segment.host("screen")?;
    let mut computer = Computer::start_as(&host, "", viewer)?;
    let place = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    let told = desk.until("the server hears how the viewer is", || {
        let status = desk.status(&place)?;
        Ok(status["machine"]["version"].as_str().map(str::to_owned).filter(|_| status["plan"]["state"] == "shown"))
    })?;
    assert_eq!(told.ends_with("-next"), viewer == Build::Next, "{told}");

    desk.change(&presentation, "#109840")?;
    computer.display.until_it_shows(GREEN)?;
    let outcome = desk.call("POST", &format!("/viewers/{place}/commands"), Some(&json!({"kind": "screenshot"})))?;
    assert_eq!(outcome["ok"], true, "{outcome}");
    assert_eq!(desk.get(&format!("/viewers/{place}/screenshots"))?.as_array().map(Vec::len), Some(1));
    desk.until("a play record is stored", || {
        let plays = desk.get(&format!("/plays?viewer={place}"))?;
        Ok(plays["items"].as_array().is_some_and(|items| !items.is_empty()).then_some(()))
    })?;

    // Each keeps the other's slice as it is: after a start only what changed since comes, and what played is there at once.
    computer.power_cycle()?;
    computer.display.until_it_shows(GREEN)?;
    desk.until("the viewer is back", || Ok((computer.ask("status")?["standing"] == "connected").then_some(())))?;
    desk.change(&presentation, "#1234c8")?;
    computer.display.until_it_shows(BLUE)
}
