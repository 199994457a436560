//! Servers fail, and a browser that is a screen goes on: its page stays where it was opened, and speaks to the server that stands in.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::film::Film;
use crate::house::House;
use crate::kiosk::Kiosk;
use crate::town::Town;

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];
const RED: [u8; 3] = [0xc0, 0x20, 0x10];

/// Returns soon, so that nobody has to wait for ten minutes.
const SETTINGS: &[&str] = &["control.return-after-seconds=2", "control.return-within-seconds=1"];

fn served(desk: &Desk<'_>, viewer: &str, since: Instant, what: &str) -> anyhow::Result<Duration> {
    desk.until(what, || Ok((desk.status(viewer).is_ok_and(|status| status["online"] == true)).then_some(())))?;
    Ok(since.elapsed())
}

fn command(desk: &Desk<'_>, viewer: &str, kind: &str) -> anyhow::Result<Value> {
    desk.call("POST", &format!("/viewers/{viewer}/commands"), Some(&json!({"kind": kind})))
}

/// Whether a server of the two can tell the screen to do something: exactly one can.
fn obeys(desk: &Desk<'_>, viewer: &str) -> bool {
    command(desk, viewer, "screenshot").is_ok_and(|outcome| outcome["ok"] == true)
}

#[test]
fn lab_a_browser_goes_to_the_server_that_stands_in_and_returns() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let (second, host) = (town.segment.host("second")?, town.segment.host("screen")?);
    let mut house = House::open(&town, &second)?;
    house.main.restart_with(&town.server, SETTINGS)?;
    house.backup.restart_with(&second, SETTINGS)?;
    let presentation = house.ada.colour("Departures", "#1234c8")?;
    house.ada.schedule(&presentation)?;
    let kiosk = Kiosk::open(&host, &format!("http://{}/viewer/", town.address()))?;
    let viewer = house.ada.approve(&json!({"name": "Gate 4"}))?;
    kiosk.display.until_it_shows(BLUE)?;
    let shown = || Ok((house.ada.status(&viewer)?["plan"]["state"] == "shown").then_some(()));
    house.ada.until("the plan is shown", shown)?;
    house.until_equal()?;
    assert!(obeys(&house.ada, &viewer) && !obeys(&house.bob, &viewer), "two servers command it, or none");
    let film = Film::of(&kiosk.display, &host)?;

    // Its server dies, the one from which its page came.
    let since = Instant::now();
    house.main.kill()?;
    let took = served(&house.bob, &viewer, since, "killed: the Backup serves the screen")?;
    assert!(took < Duration::from_secs(20), "{took:?}");
    house.bob.until("it obeys the Backup", || Ok(obeys(&house.bob, &viewer).then_some(())))?;
    // What is edited there comes, with files that only the Backup has.
    house.bob.change(&presentation, "#109840")?;
    kiosk.display.until_it_shows(GREEN)?;
    // The page would not come back: it is not reloaded, and says so.
    let refused = command(&house.bob, &viewer, "reload")?;
    assert_eq!(refused["ok"], false, "{refused}");
    assert!(refused["text"].as_str().is_some_and(|text| text.contains("does not answer")), "{refused}");

    // It is back, and the screen returns once it has been well for a while and has what the screen shows.
    house.main.start_again(&town.server)?;
    served(&house.ada, &viewer, Instant::now(), "back: its own server serves the screen")?;
    house.bob.until("the Backup serves it no more", || Ok((house.bob.status(&viewer)?["online"] == false).then_some(())))?;
    house.ada.until("it obeys its own server", || Ok(obeys(&house.ada, &viewer).then_some(())))?;
    assert!(!obeys(&house.bob, &viewer), "two servers command it");
    assert!(kiosk.display.shows(GREEN)?);
    house.until_equal()?;

    // Nothing of the screen comes to its server any more, and no word says so.
    let (address, address6) = (host.card().ipv4(), host.card().ipv6());
    let since = Instant::now();
    let silence = [
        town.server.drop_outgoing(&format!("ip daddr {address}"))?,
        town.server.drop_outgoing(&format!("ip6 daddr {address6}"))?,
        town.server.drop_incoming(&format!("ip saddr {address}"))?,
        town.server.drop_incoming(&format!("ip6 saddr {address6}"))?,
    ];
    let took = served(&house.bob, &viewer, since, "black-holed: the Backup serves the screen")?;
    assert!(took < Duration::from_secs(40), "{took:?}");
    house.ada.until("its own server has heard of it", || Ok((house.ada.status(&viewer)?["online"] == false).then_some(())))?;
    house.bob.change(&presentation, "#c02010")?;
    kiosk.display.until_it_shows(RED)?;
    drop(silence);
    served(&house.ada, &viewer, Instant::now(), "heard again: its own server serves the screen")?;

    // Somebody moves it, there and back.
    let pier = house.server("Pier")?["id"].clone();
    for (server, desk) in [(pier, &house.bob), (Value::Null, &house.ada)] {
        house.ada.call("PATCH", &format!("/viewers/{viewer}"), Some(&json!({"server": server})))?;
        served(desk, &viewer, Instant::now(), "moved: the other server serves the screen")?;
    }

    let (pictures, strange) = film.end(&[BLUE, GREEN, RED])?;
    assert!(pictures > 100 && strange == 0, "{strange} of {pictures} pictures show none of the plans");
    Ok(())
}
