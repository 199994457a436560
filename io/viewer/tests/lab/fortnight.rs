//! Two weeks without a server: what plays is what the timetable says for each day.

use std::time::SystemTime;

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _, Zoned};
use serde_json::json;
use testkit::lab::Lab;

use crate::clock::{Hand, spared};
use crate::computer::{Computer, Setup};
use crate::desk::Desk;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];
const RED: [u8; 3] = [0xc0, 0x20, 0x10];

/// Within so many seconds a viewer stands on its screen, also on a busy machine.
const START: i64 = 20;
/// The installation's.
const ZONE: &str = "Europe/Amsterdam";

/// So many seconds before a day begins.
fn before(day: Date, seconds: i64) -> anyhow::Result<SystemTime> {
    let midnight = day.to_zoned(TimeZone::get(ZONE)?)?;
    Ok(midnight.timestamp().checked_sub(SignedDuration::from_secs(seconds))?.into())
}

/// The day of a week as rules name it.
fn weekday(day: Date) -> anyhow::Result<&'static str> {
    let names = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    names.get(usize::try_from(day.weekday().to_monday_zero_offset())?).copied().context("a week has seven days")
}

#[test]
fn lab_a_fortnight_without_a_server_shows_each_day_what_is_due_from_midnight_on() -> anyhow::Result<()> {
    let Some(_) = Lab::open_with(&[("faketime", "faketime")])? else { return Ok(()) };
    let Some(town) = Town::open()? else { return Ok(()) };
    let mut server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let today = Zoned::now().in_tz(ZONE)?.date();
    let days: Vec<Date> = (12..=14).map(|day| today.checked_add(day.days())).collect::<Result<_, _>>()?;
    for (name, colour, day) in
        [("Departures", "#1234c8", days[0]), ("Arrivals", "#109840", days[1]), ("Closed", "#c02010", days[2])]
    {
        let rule = json!({"weekly": {"every": 1, "days": [weekday(day)?], "window": null}});
        desk.show(&desk.colour(name, colour)?, &json!("all"), &rule)?;
    }
    let screen = town.segment.host("screen")?;
    let (scripts, clocks) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let hand = Hand::new(clocks.path())?;
    let setup = Setup { settings: spared(scripts.path())?, clock: Some(hand.said()), ..Setup::default() };
    let mut computer = Computer::start_with(&screen, setup)?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    // Two weeks from now is the same day of the week.
    computer.display.until_it_shows(RED)?;
    desk.until("all that is due within two weeks is here", || {
        let (status, own) = (desk.status(&viewer)?, computer.ask("status")?);
        Ok((status["plan"]["state"] == "shown" && own["download_left"] == 0).then_some(()))
    })?;

    server.kill()?;
    for (day, until_then, from_then) in [(days[1], BLUE, GREEN), (days[2], GREEN, RED)] {
        computer.viewer.kill()?;
        hand.set(before(day, START)?)?;
        computer.power_cycle()?;
        computer.display.until_it_shows(until_then)?;
        computer.display.until_it_shows(from_then)?;
    }
    assert_ne!(computer.ask("status")?["standing"], "connected");
    Ok(())
}
