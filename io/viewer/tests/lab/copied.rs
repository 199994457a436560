//! A disk that was copied: two machines with one identity.

use serde_json::json;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];

#[test]
fn lab_the_copy_of_a_screen_shows_a_code_and_the_first_plays_on() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let presentation = desk.colour("Departures", "#1234c8")?;
    desk.schedule(&presentation)?;
    let (first, second) = (town.segment.host("first")?, town.segment.host("second")?);
    let computer = Computer::start(&first, "")?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    let is_shown = || Ok((desk.status(&viewer)?["plan"]["state"] == "shown").then_some(()));
    desk.until("the server hears that the plan is shown", is_shown)?;

    let copy = computer.copy(&second)?;
    let waiting = desk.until("the copy asks for a place of its own", || Ok(desk.pending()?.into_iter().next()))?;
    let says = desk.until("the copy shows its code", || {
        let says = copy.ask("status")?;
        Ok((says["code"] == waiting["code"]).then_some(says))
    })?;
    let why = says["detail"].as_str().unwrap_or_default();
    assert!(why.contains("same identity"), "it came with the identity of the first: {says}");
    desk.until("the content leaves the copy", || Ok((!copy.display.shows(BLUE)?).then_some(())))?;

    // The first never noticed.
    assert!(computer.display.shows(BLUE)?);
    assert_eq!(desk.status(&viewer)?["online"], true);
    assert_eq!(computer.ask("status")?["standing"], "connected");
    desk.change(&presentation, "#109840")?;
    computer.display.until_it_shows(GREEN)?;
    assert!(!copy.display.shows(GREEN)?);
    assert_eq!(desk.pending()?.len(), 1);
    Ok(())
}
