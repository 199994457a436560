//! A screen that lay in a cupboard for a year.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use control::v1::Play;
use prost::Message as _;
use serde_json::json;
use testkit::lab::Lab;
use uuid::Uuid;
use viewer::disk::Local;
use viewer::journal::{Journal, Limits};

use crate::clock::{Said, spared};
use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];
/// More than a certificate lasts, and more than a year.
const YEAR: Said = Said::Always("+400d");

/// A year passes while the screen is off: its certificate has expired, and the installation has another day. The screen's own clock says `clock`.
fn returns(clock: Said) -> anyhow::Result<()> {
    let Some(_) = Lab::open_with(&[("faketime", "faketime")])? else { return Ok(()) };
    let Some(town) = Town::open()? else { return Ok(()) };
    let mut server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let presentation = desk.colour("Departures", "#1234c8")?;
    desk.schedule(&presentation)?;
    let screen = town.segment.host("screen")?;
    let scripts = tempfile::tempdir()?;
    let mut computer = Computer::start(&screen, &spared(scripts.path())?)?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    let is_shown = || Ok((desk.status(&viewer)?["plan"]["state"] == "shown").then_some(()));
    desk.until("the server hears that the plan is shown", is_shown)?;
    let until = || {
        let devices = desk.get(&format!("/devices?viewer={viewer}"))?;
        let all = devices["items"].as_array().context("devices are a list")?;
        ensure!(all.len() == 1, "the screen has one device: {devices}");
        all[0]["certificate_until"].as_i64().with_context(|| format!("its certificate ends some day: {devices}"))
    };
    let before = until()?;

    // Nobody is there yet: it plays what it has.
    computer.viewer.kill()?;
    server.kill()?;
    computer.set_clock(clock);
    computer.power_cycle()?;
    computer.display.until_it_shows(BLUE)?;

    server.set_clock(YEAR);
    server.start_again(&town.server)?;
    let is_back = || Ok((desk.status(&viewer)?["online"] == true).then_some(()));
    // That is a minute, counted from when the server is there.
    desk.until("the screen is back in 60 s", is_back)?;
    ensure!(desk.pending()?.is_empty(), "nobody needs to approve it again");
    ensure!(until()? > before + 300 * 86_400_000, "its certificate was renewed a year later: {} after {before}", until()?);
    desk.change(&presentation, "#109840")?;
    computer.display.until_it_shows(GREEN)?;
    Ok(())
}

#[test]
fn lab_a_screen_is_back_after_a_year_in_a_cupboard() -> anyhow::Result<()> {
    returns(YEAR)
}

#[test]
fn lab_a_screen_whose_clock_says_1970_plays_its_cache_and_is_back() -> anyhow::Result<()> {
    returns(Said::Always("@1970-01-02 00:00:00"))
}

fn now_ms() -> anyhow::Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// Seven days without a server, an item each ten seconds: what the viewer has on its disk then is bounded, and all of it arrives once.
#[test]
fn lab_the_plays_of_seven_days_without_a_server_all_arrive() -> anyhow::Result<()> {
    const PLAYS: i64 = 7 * 24 * 360;
    let Some(town) = Town::open()? else { return Ok(()) };
    let mut server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let screen = town.segment.host("screen")?;
    let mut computer = Computer::start(&screen, "")?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    desk.until("it has its place", || Ok((desk.status(&viewer)?["online"] == true).then_some(())))?;
    server.kill()?;
    computer.viewer.kill()?;

    // As the viewer writes them, into its own queue: nobody waits for a week here.
    let (media, folder) = (Uuid::new_v4(), computer.state().join("plays"));
    let begin = now_ms()? - PLAYS * 10_000;
    let mut queue = Journal::open(&folder, std::sync::Arc::new(Local), Limits::default(), Uuid::new_v4())?;
    let play = |n: i64| {
        let from = begin + n * 10_000;
        let content = format!("media:{media}");
        let (plan, item) = ("cut off".to_owned(), format!("item {n}"));
        Play { plan, item, content, media: media.to_string(), from, until: from + 10_000, complete: true, ..Play::default() }
    };
    for part in 0..PLAYS / 60 {
        queue.append(&(0..60).map(|n| play(part * 60 + n).encode_to_vec()).collect::<Vec<_>>());
    }
    drop(queue);
    let bytes: u64 = std::fs::read_dir(&folder)?.map(|file| Ok(file?.metadata()?.len())).sum::<std::io::Result<u64>>()?;
    ensure!(bytes <= Limits::default().bytes, "{bytes} bytes on disk");

    server.start_again(&town.server)?;
    computer.power_cycle()?;
    desk.until("all have left", || {
        let status = computer.ask("status")?;
        Ok((status["standing"] == "connected" && status["plays_waiting"] == 0).then_some(()))
    })?;
    // Each once: the pages of the list, from the newest on, hold every start.
    let (mut cursor, mut next) = (String::new(), PLAYS);
    loop {
        let page = desk.get(&format!("/plays?content={media}&limit=500{cursor}"))?;
        for found in page["items"].as_array().context("plays are a list")? {
            next -= 1;
            ensure!(found["from"] == begin + next * 10_000, "play {next} is missing or twice: {found}");
        }
        let Some(more) = page["next"].as_str() else { break };
        cursor = format!("&cursor={more}");
    }
    ensure!(next == 0, "{next} plays are lost");
    let left: u64 = std::fs::read_dir(&folder)?.map(|file| Ok(file?.metadata()?.len())).sum::<std::io::Result<u64>>()?;
    ensure!(left < bytes / 100, "what the server has goes from the disk: {left} of {bytes} bytes are left");
    Ok(())
}
