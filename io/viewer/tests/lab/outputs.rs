//! A computer with two outputs: two viewers on one desktop, each a screen of its own.

use serde_json::json;

use crate::computer::{Computer, Setup};
use crate::desk::Desk;
use crate::display::Display;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];
const RED: [u8; 3] = [0xc0, 0x20, 0x10];

#[test]
fn lab_two_viewers_on_one_desktop_play_and_obey_each_for_itself() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let host = town.segment.host("screens")?;
    let [left, right] = Display::pair(&host)?;
    let start = |display| Computer::start_with(&host, Setup { display: Some(display), ..Setup::default() });

    let mut left = start(left)?;
    let one = desk.approve(&json!({"name": "Gate 4"}))?;
    let right = start(right)?;
    let two = desk.approve(&json!({"name": "Gate 5"}))?;
    let (blue, green) = (desk.colour("Departures", "#1234c8")?, desk.colour("Arrivals", "#109840")?);
    desk.show(&blue, &json!({"viewer": one}), &json!(null))?;
    desk.show(&green, &json!({"viewer": two}), &json!(null))?;
    left.display.until_it_shows(BLUE)?;
    right.display.until_it_shows(GREEN)?;
    assert!(left.display.shows(BLUE)?, "the second one stands beside the first");
    for viewer in [&one, &two] {
        let is_shown = || Ok((desk.status(viewer)?["plan"]["state"] == "shown").then_some(()));
        desk.until("the server hears that the plan is shown", is_shown)?;
    }

    // Each has its own browser: what one suffers the other one never shows.
    left.viewer.kill()?;
    desk.until("the left one is dark", || Ok((!left.display.shows(BLUE)?).then_some(())))?;
    desk.change(&green, "#c02010")?;
    right.display.until_it_shows(RED)?;
    left.power_cycle()?;
    left.display.until_it_shows(BLUE)?;
    assert!(right.display.shows(RED)?);
    desk.until("the left one is back at its own place", || {
        let (status, name) = (left.ask("status")?, right.ask("status")?["name"].clone());
        Ok((status["standing"] == "connected" && status["name"] == "Gate 4" && name == "Gate 5").then_some(()))
    })
}
