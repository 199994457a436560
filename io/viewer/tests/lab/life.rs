//! One screen from its first power-on to its replacement.

use std::io::Write as _;
use std::time::Instant;

use serde_json::json;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::film::Film;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];
const RED: [u8; 3] = [0xc0, 0x20, 0x10];

#[test]
fn lab_a_screen_is_found_plays_alone_catches_up_is_replaced_and_revoked() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let mut server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let presentation = desk.colour("Departures", "#1234c8")?;
    desk.schedule(&presentation)?;

    // Nothing is configured: discovery finds the server, a person approves the code.
    let first = town.segment.host("first")?;
    let mut computer = Computer::start(&first, "")?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    let is_shown = || Ok((desk.status(&viewer)?["plan"]["state"] == "shown").then_some(()));
    desk.until("the server hears that the plan is shown", is_shown)?;

    // What is published is seen soon, and nothing else between.
    let film = Film::of(&computer.display, &first)?;
    film.until_it_runs()?;
    desk.change(&presentation, "#c02010")?;
    let published = Instant::now();
    computer.display.until_it_shows(RED)?;
    writeln!(std::io::stderr(), "a change was seen at most {:?} after it was published", published.elapsed())?;
    assert_eq!(film.order(&[BLUE, RED])?, [Some(BLUE), Some(RED)]);
    desk.until("the server hears that it is shown", is_shown)?;

    // The server dies: the screen goes on, also after its own power cut.
    server.kill()?;
    assert!(computer.display.shows(RED)?);
    computer.power_cycle()?;
    computer.display.until_it_shows(RED)?;

    // It is back, and what was changed meanwhile arrives.
    server.start_again(&town.server)?;
    desk.change(&presentation, "#109840")?;
    computer.display.until_it_shows(GREEN)?;

    // A broken player is replaced: another machine, the same screen.
    let second = town.segment.host("second")?;
    let spare = Computer::start(&second, "")?;
    let same = desk.approve(&json!({"viewer": viewer}))?;
    assert_eq!(same, viewer);
    spare.display.until_it_shows(GREEN)?;
    desk.until("the old machine shows a code instead", || Ok((!computer.display.shows(GREEN)?).then_some(())))?;

    // Revoked: the content leaves the screen.
    let devices = desk.get(&format!("/devices?viewer={viewer}"))?;
    let live = devices["items"].as_array().unwrap().iter().find(|device| device["revoked_at"].is_null()).unwrap().clone();
    desk.call("POST", &format!("/devices/{}/revoke", live["id"].as_str().unwrap()), Some(&json!({})))?;
    desk.until("a revoked machine shows nothing of the house", || Ok((!spare.display.shows(GREEN)?).then_some(())))?;
    desk.until("it is disconnected", || Ok((desk.status(&viewer)?["online"] == false).then_some(())))
}
