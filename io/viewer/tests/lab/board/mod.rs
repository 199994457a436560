//! A computer with a real kernel, firmware and clock, emulated: its card is told to wake it, and its clock does.

mod inside;

use anyhow::Context as _;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde_json::{Value, json};
use testkit::lab::Board;
use testkit::lab::board::Image;

use crate::desk::Desk;
use crate::town::{Build, PATIENCE, Server, Town};
use crate::wake::tested;

/// The computer is up so long before the display is on, in seconds.
const BEFORE: i64 = 120;
/// What it may take between two looks at two clocks, in seconds.
const GRACE: i64 = 15;

const PROGRAMS: [(&str, &str); 4] =
    [("curl", "curl"), ("ethtool", "ethtool"), ("hwclock", "util-linux-extra"), ("dmesg", "util-linux")];

/// The program of this test, and what it runs on the board.
fn image(town: &Town) -> anyhow::Result<Image> {
    let mut image = Image::new(&std::env::current_exe()?)?;
    image.program(Build::This.viewer())?;
    for program in ["ip", "ethtool", "hwclock", "dmesg", "sh", "sleep"] {
        image.program(program)?;
    }
    // Nobody looks at its screen.
    image.file("bin/browser", b"#!/bin/sh\nexec sleep 86400\n");
    let settings = format!(
        "[server]\naddress = [\"{}\"]\n[browser]\nprogram = \"/bin/browser\"\n[output]\nsurface = \"headless\"\n",
        town.address()
    );
    image.file("etc/signboard/viewer.toml", settings.as_bytes());
    Ok(image)
}

/// An hour in which the display is on, every week on these days; in UTC, as the alarm is.
fn on_hours(viewer: &str, from: Timestamp, days: &[&str]) -> Value {
    let time = |at: Timestamp| at.to_zoned(TimeZone::UTC).strftime("%H:%M:00").to_string();
    let window = json!({"start": time(from), "end": time(from + 1.hour())});
    json!({
        "destination": {"viewer": viewer},
        "when": {
            "from": "2020-01-01T00:00:00", "until": null, "zone": "Etc/UTC",
            "recurrence": {"weekly": {"every": 1, "days": days, "window": window}},
        },
    })
}

/// The next alarm that the board tells of after `known`: when it rings, and what its clock says now, in Unix seconds.
fn alarm(board: &Board, number: usize) -> anyhow::Result<(i64, i64)> {
    let line = board.console.wait_for(&format!("ALARM {number} "), PATIENCE)?;
    let mut numbers = line.split_whitespace().filter_map(|word| word.parse().ok()).skip(1);
    Ok((numbers.next().context("when it rings")?, numbers.next().context("what time it is")?))
}

#[test]
fn lab_a_computers_own_clock_wakes_it_and_its_card_wakes_on_magic_packets() -> anyhow::Result<()> {
    let Some(town) = Town::open_with(&PROGRAMS)? else { return Ok(()) };
    if let Some(reason) = Board::missing() {
        return testkit::skip(&reason);
    }
    let board = Board::start(&town.segment, image(&town)?, &["--exact", inside::TEST, "--ignored"])?;
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    // What the flags were, and what the program ethtool and ours made of them and saw, is looked at on the board.
    board.console.wait_for("FLAGS ARE SET", PATIENCE)?;
    board.console.wait_for("VIEWER RUNS", PATIENCE)?;

    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    let mac = board.mac();
    desk.until("the card is known", || Ok(desk.get("/network-cards")?.to_string().contains(&mac).then_some(())))?;
    desk.until("the screen is connected", || Ok((desk.status(&viewer)?["online"] == true).then_some(())))?;
    let well = format!("Gate 4 is awake: 7 arrived, 9 arrived, card wakes on magic packet ({mac}, eth0).");
    let (code, all) = tested(&town.server, &server)?;
    assert!(code == Some(0) && all.contains(&well), "{code:?} {all}\n{}", board.console.lines().join("\n"));

    // Next on in two or three days: further than the alarm of this clock goes, as with most boards.
    desk.call("POST", "/viewer-settings", Some(&json!({"destination": {"viewer": viewer}, "wake": true})))?;
    let later = Timestamp::now() + 72.hours();
    let day = later.to_zoned(TimeZone::UTC).strftime("%a").to_string().to_lowercase();
    desk.call("POST", "/on-hours", Some(&on_hours(&viewer, later, &[&day[..2]])))?;
    let (rings, now) = alarm(&board, 1)?;
    assert!((23 * 3600..24 * 3600).contains(&(rings - now)), "{rings} {now}");

    // Next on in two hours.
    let soon = Timestamp::now() + 2.hours();
    let every_day = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    desk.call("POST", "/on-hours", Some(&on_hours(&viewer, soon, &every_day)))?;
    let (rings, _) = alarm(&board, 2)?;
    let wanted = soon.as_second() / 60 * 60 - BEFORE;
    assert!((rings - wanted).abs() <= GRACE, "{rings}, not {wanted}");

    // It goes to sleep by itself then, and its clock goes on until shortly before.
    board.console.wait_for("SLEEPS", PATIENCE)?;
    let woke = board.console.wait_for("WOKE", PATIENCE)?;
    let at: i64 = woke.split_whitespace().filter_map(|word| word.parse().ok()).next().context("when it woke")?;
    assert!((0..GRACE).contains(&(at - rings)), "{at}, not {rings}");
    let (code, all) = tested(&town.server, &server)?;
    assert!(code == Some(0) && all.contains(&well), "{code:?} {all}");
    Ok(())
}
