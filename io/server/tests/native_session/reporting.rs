//! What viewers tell: how they are, what they played, what happened.

use control::v1;
use control::v1::from_viewer::Message as Say;
use serde_json::json;

use crate::screen::{Heard, Screen};
use crate::server::Site;

fn status() -> v1::Status {
    v1::Status {
        plan: "p".into(),
        item: "p1".into(),
        version: "0.2.0".into(),
        addresses: vec!["192.0.2.7".into()],
        macs: vec!["00:11:22:aa:bb:01".into()],
        temperature: Some(51.5),
        disk_free: 8,
        disk_size: 16,
        memory_free: 3,
        memory_size: 4,
        uptime: 86_400,
        display: "on".into(),
        clock_offset_ms: -1.5,
        clock_bound_ms: f64::NAN,
        frames_dropped: 2,
        sound: "ok".into(),
        probe: "black".into(),
        cache_used: 5,
        cache_quota: 6,
        troubles: vec![v1::Trouble { code: "disk.full".into(), text: "Full.".into(), at: 9 }; 30],
        ..v1::Status::default()
    }
}

#[tokio::test]
async fn how_a_machine_is_stands_in_the_screens_status() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    pier.report("p").await;
    pier.say(Say::Status(status())).await;
    pier.is_quiet().await;
    let list = ada.get("/viewers/status").await.ok();
    let machine = json!({
        "version": "0.2.0", "hostname": "player-1", "addresses": ["192.0.2.7"], "macs": ["00:11:22:aa:bb:01"], "temperature": 51.5,
        "disk_free": 8, "disk_size": 16, "memory_free": 3, "memory_size": 4, "uptime": 86_400, "display": "on",
        "clock_bound_ms": 0.0, "frames_dropped": 2, "download_left": 0, "fetched_from_neighbours": 0, "fetched_from_servers": 0, "probe": "black",
    });
    assert_eq!(list[0]["machine"], machine);
    assert_eq!(
        (&list[0]["offset_ms"], &list[0]["storage_used"], &list[0]["storage_quota"]),
        (&json!(-1.5), &json!(5), &json!(6))
    );
    assert_eq!((&list[0]["plan"]["state"], &list[0]["shows"]["item"]), (&json!("shown"), &json!("p1")));
    assert_eq!(list[0]["errors"].as_array().unwrap().len(), 20, "what is remembered is bounded");
}

#[tokio::test]
async fn a_size_that_no_screen_has_is_cut() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let viewer = pier.viewer();
    let machine = pier.device.request.machine.as_mut().unwrap();
    machine.screen = Some(v1::Screen { width: u32::MAX, height: 2_160 });
    // The size is kept before the session greets.
    let _pier = pier.again(&site, "").await;
    let state = site.app.core.state();
    let device = state.devices.iter().map(|(_, device)| device).find(|device| device.value.viewer == Some(viewer)).unwrap();
    assert_eq!((device.value.screen.width, device.value.screen.height), (100_000, 2_160));
}

#[tokio::test]
async fn records_are_stored_once_however_often_they_come() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let play = |n: u64| v1::Play {
        n,
        plan: "p".into(),
        item: "p1".into(),
        from: 1_000 * n as i64,
        until: 1_000 * n as i64 + 900,
        complete: true,
        ..v1::Play::default()
    };
    let record = |n: u64| v1::Record {
        n,
        at: 5_000 + n as i64,
        level: if n == 2 { "error" } else { "info" }.into(),
        code: "browser.crashed".into(),
        text: format!("It crashed {n} times."),
    };
    let stream = vec![9; 16];
    for range in [1..=3, 2..=4] {
        let last = *range.end();
        pier.say(Say::Plays(v1::Plays { stream: stream.clone(), records: range.clone().map(play).collect() })).await;
        let stored = v1::Stored { stream: stream.clone(), n: last };
        assert_eq!(pier.hear().await, Heard::Stored(stored.clone()));
        pier.say(Say::Records(v1::Records { stream: stream.clone(), records: range.map(record).collect() })).await;
        assert_eq!(pier.hear().await, Heard::Stored(stored));
    }
    let plays = ada.get(&format!("/plays?viewer={}", pier.identity.viewer)).await.ok();
    assert_eq!(
        plays["items"].as_array().unwrap().iter().map(|p| p["from"].as_i64().unwrap()).collect::<Vec<_>>(),
        [4_000, 3_000, 2_000, 1_000]
    );
    let path = format!("/viewers/{}/events", pier.identity.viewer);
    let first = ada.get(&format!("{path}?limit=3")).await.ok();
    let more = ada.get(&format!("{path}?limit=3&cursor={}", first["next"].as_str().unwrap())).await.ok();
    let texts = |list: &serde_json::Value| {
        list["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&first), ["It crashed 4 times.", "It crashed 3 times.", "It crashed 2 times."]);
    assert_eq!((texts(&more), &more["next"]), (vec!["It crashed 1 times.".to_owned()], &json!(null)));
    let errors = ada.get(&format!("{path}?level=error")).await.ok();
    assert_eq!((errors["total"].as_u64(), &errors["items"][0]["code"]), (Some(1), &json!("browser.crashed")));
    ada.get(&format!("{path}?level=loud")).await.refused(400, "malformed", "level");
}

#[tokio::test]
async fn records_that_make_no_sense_are_refused_and_the_session_goes_on() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    pier.say(Say::Plays(v1::Plays { stream: vec![9; 16], records: Vec::new() })).await;
    let heard = pier.hear().await;
    assert!(matches!(&heard, Heard::Error(error) if error.code == "plays"), "{heard:?}");
    pier.is_quiet().await;
    assert_eq!(ada.get("/plays").await.ok()["total"], 0);
}
