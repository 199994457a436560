//! Servers fail, and a screen goes on: another server serves it, its own one again later, and nobody in front of it notices.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::computer::Computer;
use crate::desk::Desk;
use crate::film::Film;
use crate::house::House;
use crate::town::Town;

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];

/// Returns soon, so that nobody has to wait for ten minutes.
const SETTINGS: &str = "return-after-s = 2\nreturn-within-s = 1\n";

/// A viewer that is served again by whoever it went to, and how long that took.
fn served(desk: &Desk<'_>, viewer: &str, since: Instant, what: &str) -> anyhow::Result<Duration> {
    desk.until(what, || Ok((desk.status(viewer).is_ok_and(|status| status["online"] == true)).then_some(())))?;
    Ok(since.elapsed())
}

/// Whether a server of the two can tell the screen to do something: exactly one can.
fn obeys(desk: &Desk<'_>, viewer: &str) -> bool {
    let told = desk.call("POST", &format!("/viewers/{viewer}/commands"), Some(&json!({"kind": "screenshot"})));
    told.is_ok_and(|outcome| outcome["ok"] == true)
}

/// Waits until the viewer says on its own computer that it is served by whom it should, and whose it is.
fn serves(desk: &Desk<'_>, computer: &Computer<'_>, is_right: impl Fn(&str, &str) -> bool) -> anyhow::Result<()> {
    desk.until("the viewer says who serves it", || {
        let status = computer.ask("status")?;
        let word = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
        Ok(is_right(&word("served_by"), &word("belongs_to")).then_some(()))
    })
}

fn errors(desk: &Desk<'_>, viewer: &str) -> anyhow::Result<Vec<String>> {
    let status = desk.status(viewer)?;
    let codes = status["errors"].as_array().into_iter().flatten();
    Ok(codes.filter_map(|error| error["code"].as_str().map(ToOwned::to_owned)).collect())
}

#[test]
fn lab_a_screen_goes_to_the_server_that_stands_in_and_returns() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let (second, host) = (town.segment.host("second")?, town.segment.host("screen")?);
    let mut house = House::open(&town, &second)?;
    let presentation = house.ada.colour("Departures", "#1234c8")?;
    house.ada.schedule(&presentation)?;
    let computer = Computer::start(&host, &format!("[server]\naddress = [\"{}\"]\n{SETTINGS}", town.address()))?;
    let viewer = house.ada.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    let shown = || Ok((house.ada.status(&viewer)?["plan"]["state"] == "shown").then_some(()));
    house.ada.until("the plan is shown", shown)?;
    house.until_equal()?;
    serves(&house.ada, &computer, |by, whose| !by.is_empty() && by == whose)?;
    assert!(!obeys(&house.bob, &viewer), "two servers command it");
    let film = Film::of(&computer.display, &host)?;

    // Its server dies.
    let since = Instant::now();
    house.main.kill()?;
    let took = served(&house.bob, &viewer, since, "killed: the Backup serves the screen")?;
    assert!(took < Duration::from_secs(20), "{took:?}");
    serves(&house.bob, &computer, |by, whose| by == "Pier" && whose != by)?;
    house.bob.until("it obeys the Backup", || Ok(obeys(&house.bob, &viewer).then_some(())))?;
    house.bob.change(&presentation, "#109840")?;
    computer.display.until_it_shows(GREEN)?;

    // It is back, and the screen returns once it has been well for a while and has what the screen shows.
    house.main.start_again(&town.server)?;
    served(&house.ada, &viewer, Instant::now(), "back: its own server serves the screen")?;
    house.bob.until("the Backup serves it no more", || Ok((house.bob.status(&viewer)?["online"] == false).then_some(())))?;
    house.ada.until("it obeys its own server", || Ok(obeys(&house.ada, &viewer).then_some(())))?;
    assert!(!obeys(&house.bob, &viewer), "two servers command it");
    assert!(computer.display.shows(GREEN)?);
    house.until_equal()?;

    // Nothing of the screen comes to its server any more, and no word says so.
    let address = host.card().ipv4();
    let since = Instant::now();
    let silence = [
        town.server.drop_outgoing(&format!("ip daddr {address}"))?,
        town.server.drop_outgoing(&format!("ip6 daddr {}", host.card().ipv6()))?,
        town.server.drop_incoming(&format!("ip saddr {address}"))?,
        town.server.drop_incoming(&format!("ip6 saddr {}", host.card().ipv6()))?,
    ];
    let took = served(&house.bob, &viewer, since, "black-holed: the Backup serves the screen")?;
    assert!(took < Duration::from_secs(40), "{took:?}");
    house.ada.until("its own server has heard of it", || Ok((house.ada.status(&viewer)?["online"] == false).then_some(())))?;
    house.bob.until("it obeys the Backup", || Ok(obeys(&house.bob, &viewer).then_some(())))?;
    assert!(!obeys(&house.ada, &viewer), "two servers command it");
    drop(silence);
    served(&house.ada, &viewer, Instant::now(), "heard again: its own server serves the screen")?;

    // Somebody moves it, there and back.
    let pier = house.server("Pier")?["id"].clone();
    for (server, desk) in [(pier, &house.bob), (Value::Null, &house.ada)] {
        house.ada.call("PATCH", &format!("/viewers/{viewer}"), Some(&json!({"server": server})))?;
        served(desk, &viewer, Instant::now(), "moved: the other server serves the screen")?;
    }

    let (pictures, strange) = film.end(&[BLUE, GREEN])?;
    assert!(pictures > 100 && strange == 0, "{strange} of {pictures} pictures show neither of the two plans");
    Ok(())
}

#[test]
fn lab_a_server_that_lags_behind_gives_no_older_plan_for_a_while() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let (second, host) = (town.segment.host("second")?, town.segment.host("screen")?);
    let mut house = House::open(&town, &second)?;
    house.backup.restart_with(&second, &["control.older-plans-after-seconds=15"])?;
    let presentation = house.ada.colour("Departures", "#1234c8")?;
    house.ada.schedule(&presentation)?;
    let computer = Computer::start(&host, &format!("[server]\naddress = [\"{}\"]\n{SETTINGS}", town.address()))?;
    let viewer = house.ada.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    house.until_equal()?;

    // The two servers are cut off from each other; what is changed at one does not come to the other before that one dies.
    let between = town.server.card().ipv4();
    let cut = [
        second.drop_incoming(&format!("ip saddr {between}"))?,
        second.drop_incoming(&format!("ip6 saddr {}", town.server.card().ipv6()))?,
    ];
    house.ada.change(&presentation, "#109840")?;
    computer.display.until_it_shows(GREEN)?;
    let slice = || Ok((house.ada.status(&viewer)?["plan"]["state"] == "shown").then_some(()));
    house.ada.until("the plan is shown", slice)?;
    house.main.kill()?;
    served(&house.bob, &viewer, Instant::now(), "killed: the Backup serves the screen")?;
    house.bob.until("it keeps its plan", || Ok(errors(&house.bob, &viewer)?.contains(&"plan.held".to_owned()).then_some(())))?;
    assert!(computer.display.shows(GREEN)?, "an older plan was given at once");
    assert!(!errors(&house.bob, &viewer)?.contains(&"plan.older".to_owned()));
    house.bob.until("it gets the older one after a while", || {
        Ok(errors(&house.bob, &viewer)?.contains(&"plan.older".to_owned()).then_some(()))
    })?;
    computer.display.until_it_shows(BLUE)?;

    // What was missing comes with the server that has it.
    drop(cut);
    house.main.start_again(&town.server)?;
    computer.display.until_it_shows(GREEN)?;
    Ok(())
}
