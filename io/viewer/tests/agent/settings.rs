//! What the server's settings say is obeyed: the display at once and after a start without server, pictures by themselves.

use control::v1::{self, from_viewer::Message, to_viewer::Message as Said};
use domain::viewer_settings::SettingsInForce;
use viewer::config::{self, Config, PowerBy};
use viewer::link::LinkEvent;
use viewer::screen::{DisplaySettings, Mode, PowerMeans};

use crate::house::{House, welcome};
use crate::rig::Rig;
use crate::stage::Told;

const HOURS: &str = r#"{"from": "2026-01-01T00:00:00", "until": null, "zone": null,
    "recurrence": {"weekly": {"every": 1, "days": ["mo"], "window": {"start": "07:00:00", "end": "19:30:00"}}}}"#;

fn told(settings: &str) -> Said {
    Said::Welcome(v1::Welcome { settings_json: settings.to_owned(), ..welcome() })
}

/// Waits until the display is set as wanted.
async fn display(rig: &mut Rig, is_wanted: impl Fn(&DisplaySettings) -> bool) -> DisplaySettings {
    let wanted = |told| if let Told::Display(settings) = told { Some(*settings).filter(&is_wanted) } else { None };
    rig.sees(wanted).await
}

fn own() -> Config {
    let display = config::Display { power: PowerBy::Cec, volume: 30, wake: true, ..config::Display::default() };
    Config { display, ..Config::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_settings_come_before_the_machines_own_and_outlast_a_start() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::with(data.path(), own());
    let first = display(&mut rig, |_| true).await;
    assert_eq!((first.power, first.volume, first.wake, first.hours.len()), (PowerMeans::Cec, Some(30), true, 0));
    rig.connect().await;
    let settings = format!(
        r#"{{"hours": [{HOURS}], "power": "dpms", "brightness": 70, "resolution": {{"width": 1280, "height": 720, "hertz": 50}}, "mood": 1}}"#
    );
    rig.say(told(&settings)).await;
    let wanted = |now: &DisplaySettings| {
        (now.power, now.brightness, now.volume, now.wake) == (PowerMeans::Dpms, Some(70), Some(30), true)
            && now.mode == Some(Mode { width: 1_280, height: 720, rate: Some(50) })
            && now.hours == SettingsInForce::read(&settings).hours
            && now.hours.len() == 1
    };
    display(&mut rig, wanted).await;
    rig.cut_power().await;

    // Nobody answers, and the hours count all the same.
    let mut rig = Rig::with(data.path(), own());
    let first = display(&mut rig, |_| true).await;
    assert!(wanted(&first), "{first:?}");
    rig.connect().await;
    rig.say(told(r#"{"loudness": 0, "wake": false}"#)).await;
    let plain = |now: &DisplaySettings| {
        (now.power, now.brightness, now.volume, now.wake) == (PowerMeans::Cec, None, Some(0), false) && now.hours.is_empty()
    };
    display(&mut rig, plain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_zone_comes_with_the_slice_and_all_goes_with_the_place() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    let mut house = House::new();
    house.zone("Europe/Berlin");
    rig.connect().await;
    rig.say(told(&format!(r#"{{"hours": [{HOURS}], "power": "dpms"}}"#))).await;
    rig.say(Said::Slice(house.delta(false))).await;
    display(&mut rig, |now| now.hours.len() == 1 && now.zone.as_ref().is_some_and(|zone| zone.as_str() == "Europe/Berlin")).await;
    rig.event(LinkEvent::Revoked { message: "It was taken away.".to_owned() }).await;
    display(&mut rig, |now| now.hours.is_empty() && now.power == PowerMeans::Off).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_by_themselves_until_they_are_called_off() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    rig.say(told(r#"{"screenshot_s": 10}"#)).await;
    for _ in 0..2 {
        let mut length = 0;
        loop {
            let part = rig.hears(|m| if let Message::Attachment(part) = m { Some(part) } else { None }).await;
            assert!(part.command.is_empty(), "nobody ordered it");
            assert_eq!((part.mime.as_str(), part.offset), ("image/jpeg", length));
            length += part.bytes.len() as u64;
            if part.last {
                break;
            }
        }
        assert_eq!(length, 300_000);
    }
}
