//! Settings of native viewers reach those for whom they are, and pictures that nobody ordered come and are kept.

use control::v1;
use control::v1::from_viewer::Message as Say;
use serde_json::{Value, json};

use crate::screen::{Heard, Screen};
use crate::server::Site;

fn settings(welcome: &v1::Welcome) -> Value {
    serde_json::from_str(&welcome.settings_json).unwrap()
}

/// Waits until the screen was told these settings.
async fn told(screen: &mut Screen, wanted: Value) {
    loop {
        match screen.hear().await {
            Heard::Welcome(welcome) if settings(&welcome) == wanted => return,
            Heard::Slice(part) => _ = screen.take(part).await,
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_viewer_is_told_its_settings_and_each_change_the_nearest_first() {
    let (site, ada) = Site::set_up(&[]).await;
    ada.make("/viewer-settings", json!({"destination": "all", "power": "dpms", "screenshot_s": 600})).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let viewer = pier.identity.viewer.clone();
    assert_eq!(settings(&pier.welcome), json!({"power": "dpms", "screenshot_s": 600}));

    let group = ada.make("/groups", json!({"name": "Harbour"})).await;
    ada.make("/viewer-settings", json!({"destination": {"group": group}, "power": "cec", "loudness": 40})).await;
    ada.make("/memberships", json!({"group": group, "member": {"viewer": viewer}})).await;
    told(&mut pier, json!({"power": "cec", "screenshot_s": 600, "loudness": 40})).await;

    let own = ada.make("/viewer-settings", json!({"destination": {"viewer": viewer}, "screenshot_s": 0})).await;
    told(&mut pier, json!({"power": "cec", "screenshot_s": 0, "loudness": 40})).await;
    let when = json!({
        "from": "2026-01-01T00:00:00", "until": null, "zone": null,
        "recurrence": {"weekly": {"every": 1, "days": ["mo"], "window": {"start": "07:00:00", "end": "19:30:00"}}},
    });
    ada.make("/on-hours", json!({"destination": {"group": group}, "when": when})).await;
    told(&mut pier, json!({"hours": [when], "power": "cec", "screenshot_s": 0, "loudness": 40})).await;

    ada.delete(&format!("/viewer-settings/{own}")).await;
    told(&mut pier, json!({"hours": [when], "power": "cec", "screenshot_s": 600, "loudness": 40})).await;
    let again = pier.again(&site, "").await;
    assert_eq!(settings(&again.welcome)["loudness"], 40);
}

#[tokio::test]
async fn settings_of_screens_are_for_administrators_and_stand_once_per_destination() {
    let (site, ada) = Site::set_up(&[]).await;
    ada.make("/viewer-settings", json!({"destination": "all", "brightness": 70})).await;
    let again = ada.post("/viewer-settings", &json!({"destination": "all", "brightness": 80})).await;
    assert_eq!((again.status, again.json()["error"]["field"].clone()), (422, json!("destination")));
    let editor = site.person(&ada, "editor", &[("editor", json!("all"))]).await;
    assert_eq!(editor.get("/viewer-settings").await.ok()["items"][0]["brightness"], 70);
    assert_eq!(editor.post("/viewer-settings", &json!({"destination": "all"})).await.status, 403);
}

#[tokio::test]
async fn pictures_that_nobody_ordered_are_kept_with_their_time_the_newest_few() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let path = format!("/viewers/{}/screenshots", pier.identity.viewer);
    assert_eq!(ada.get(&path).await.ok(), json!([]));
    let picture = |n: usize| [[0xff, 0xd8, 0xff].as_slice(), &vec![7; 100 + n]].concat();
    for n in 0..8 {
        let (name, mime) = ("screenshot.jpg".to_owned(), "image/jpeg".to_owned());
        let part = v1::Attachment { command: Vec::new(), name, mime, offset: 0, bytes: picture(n), last: true };
        pier.say(Say::Attachment(part)).await;
    }
    // The answer comes after what was said before.
    pier.is_quiet().await;
    let list = ada.get(&path).await.ok();
    let list = list.as_array().unwrap();
    let lengths: Vec<u64> = list.iter().map(|one| one["bytes"].as_u64().unwrap()).collect();
    assert_eq!(lengths, [110, 109, 108, 107, 106, 105]);
    for (n, one) in list.iter().enumerate() {
        let found = ada.get(&format!("{path}/{}", one["at"])).await;
        assert_eq!((found.status, found.header("content-type"), &found.bytes), (200, Some("image/jpeg"), &picture(7 - n)));
    }
    let status = ada.get("/viewers/status").await.ok();
    assert_eq!(status[0]["screenshot_at"], list[0]["at"]);
    let newest = ada.get(&format!("/viewers/{}/screenshot", pier.identity.viewer)).await;
    assert_eq!(newest.bytes, picture(7));
    assert_eq!(ada.get(&format!("{path}/1")).await.status, 404);
    let outsider = site.person(&ada, "none", &[]).await;
    assert_eq!(outsider.get(&path).await.status, 404);
}
