//! What can go wrong with a screen while its viewer is well: something stands before it, or its disk takes nothing.

use serde_json::json;
use testkit::lab::Lab;

use crate::clock::Said;
use crate::computer::{Computer, Setup};
use crate::cover::Cover;
use crate::desk::Desk;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];
const BLACK: [u8; 3] = [0; 3];
const GREY: [u8; 3] = [0x80; 3];

/// The server's minutes pass in seconds.
const FAST: Said = Said::Always("+0 x20");
/// The same an hour later.
const LATER: Said = Said::Always("+1h x20");

fn raised(desk: &Desk<'_>, kind: &str) -> anyhow::Result<()> {
    desk.until(&format!("{kind} is raised"), || Ok(desk.alerts()?.iter().any(|open| open == kind).then_some(())))
}

fn cleared(desk: &Desk<'_>, kind: &str) -> anyhow::Result<()> {
    desk.until(&format!("{kind} is cleared"), || Ok(desk.alerts()?.iter().all(|open| open != kind).then_some(())))
}

#[test]
fn lab_a_screen_that_is_black_or_stands_still_or_has_a_full_disk_raises_alerts_until_it_is_well() -> anyhow::Result<()> {
    let Some(_) = Lab::open_with(&[("faketime", "faketime")])? else { return Ok(()) };
    let Some(town) = Town::open()? else { return Ok(()) };
    let mut server = Server::start_at(&town.server, FAST)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let presentation = desk.colour("Departures", "#1234c8")?;
    desk.schedule(&presentation)?;
    let host = town.segment.host("screen")?;
    let settings = "[cache]\nreserve-mib = 0\n[display]\nprobe-s = 1\n".to_owned();
    let mut computer = Computer::start_with(&host, Setup { settings, disk_mib: Some(96), ..Setup::default() })?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    desk.until("the picture is found well", || Ok((desk.status(&viewer)?["machine"]["probe"] == "ok").then_some(())))?;

    // A black window stands before the player, which knows nothing of it.
    let cover = Cover::over(&computer.display, BLACK)?;
    assert!(computer.display.shows(BLACK)?);
    raised(&desk, "black")?;
    cover.paint(GREY)?;
    cleared(&desk, "black")?;
    // Then a grey one, in which no clock goes: by the server's time, which the screen follows, for an hour.
    server.kill()?;
    server.set_clock(LATER);
    server.start_again(&town.server)?;
    raised(&desk, "frozen")?;
    drop(cover);
    cleared(&desk, "frozen")?;

    // The disk is full: what is here plays on, and both sides say so.
    let disk = computer.disk.take().expect("it has a disk of its own");
    disk.fill()?;
    desk.change(&presentation, "#109840")?;
    desk.until("the screen says that its disk is full", || {
        disk.fill()?;
        let said = |text: &str| text.contains("free some space");
        let told = desk.status(&viewer)?["errors"].to_string();
        Ok((said(&told) && said(computer.ask("status")?["disk"].as_str().unwrap_or_default())).then_some(()))
    })?;
    raised(&desk, "disk")?;
    assert!(computer.display.shows(BLUE)? || computer.display.shows(GREEN)?);
    disk.free()?;
    computer.display.until_it_shows(GREEN)?;
    cleared(&desk, "disk")?;

    // It became read-only while the power was off, with much room on it.
    computer.viewer.kill()?;
    desk.until("nothing is written there any more", || Ok(disk.set_read_only(true).ok()))?;
    computer.power_cycle()?;
    computer.display.until_it_shows(GREEN)?;
    raised(&desk, "disk")?;
    assert!(desk.status(&viewer)?["errors"].to_string().contains("read-only"));
    Ok(())
}
