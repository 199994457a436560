//! What may be shown only until a time, or from a time on, is in the plan with that time: the screen needs no server to honour it.

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::desk::{body, picture, presentation, row};
use crate::screen::{Device, Session};
use crate::server::Site;

const HOUR: i64 = 3_600_000;
const ZONE: &str = "Asia/Tokyo";

/// An instant as the clock on the wall of a zone shows it.
fn civil(at: i64, zone: &str) -> String {
    jiff::Timestamp::from_millisecond(at).unwrap().in_tz(zone).unwrap().datetime().to_string()
}

/// A full second, so many hours from now.
fn in_hours(hours: i64) -> i64 {
    (server::now::now_ms() / 1_000) * 1_000 + hours * HOUR
}

/// A screen in the zone, after its first plan.
async fn screen(site: &Site, ada: &Caller) -> Session {
    let (mut session, viewer) = Device::new(&site.base).pair(ada, "Pier").await;
    session.hear("plan").await;
    ada.patch(&format!("/viewers/{viewer}"), &json!({"zone": ZONE})).await.ok();
    while session.hear("plan").await["viewer"]["zone"] != ZONE {}
    session
}

/// The media in the programs that play just before an instant, and from it on. Panics where no slot ends there.
fn around(plan: &Value, at: i64) -> [Vec<Value>; 2] {
    let slots = plan["slots"].as_array().unwrap();
    let media = |edge: &str| {
        let slot =
            slots.iter().find(|slot| slot[edge] == at).unwrap_or_else(|| panic!("no slot has its {edge} at {at}: {plan:#}"));
        let program = &plan["programs"][slot["program"].as_str().unwrap()];
        program["items"].as_array().unwrap().iter().map(|item| item["media"].clone()).collect()
    };
    [media("until"), media("from")]
}

/// The next plan that has this row.
async fn plan_with(session: &mut Session, row: &str) -> Value {
    loop {
        let plan = session.hear("plan").await;
        if Session::rows(&plan).contains(&json!(row)) {
            return plan;
        }
    }
}

#[tokio::test]
async fn an_entry_that_ends_or_begins_within_the_horizon_changes_the_program_then() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut session = screen(&site, &ada).await;
    let (always, brief, later) = (
        picture(&ada, "a.png", [1, 1, 1]).await,
        picture(&ada, "b.png", [2, 2, 2]).await,
        picture(&ada, "c.png", [3, 3, 3]).await,
    );
    let (end, begin) = (in_hours(1), in_hours(2));
    let list = ada.make("/playlists", json!({"name": "Day"})).await;
    let entries = [
        (&always, Value::Null),
        // In the screen's own zone, as nothing else is said.
        (&brief, json!({"from": null, "until": civil(end, ZONE), "zone": null})),
        (&later, json!({"from": civil(begin, "Europe/Lisbon"), "until": null, "zone": "Europe/Lisbon"})),
    ];
    for (media, validity) in entries {
        let mut entry = json!({"content": {"media": media}, "duration_ms": 4_000});
        if !validity.is_null() {
            entry["validity"] = validity;
        }
        ada.make(&format!("/playlists/{list}/items"), entry).await;
    }
    let row = ada.make("/schedules", row(json!({"playlist": list}), json!("all"))).await;
    let plan = plan_with(&mut session, &row).await;
    let (always, brief, later) = (json!(always), json!(brief), json!(later));
    assert_eq!(around(&plan, end), [vec![always.clone(), brief], vec![always.clone()]]);
    assert_eq!(around(&plan, begin), [vec![always.clone()], vec![always, later]]);
}

#[tokio::test]
async fn the_validity_of_media_is_in_the_plan_for_entries_and_for_elements_of_pages() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut session = screen(&site, &ada).await;
    let (film, poster) = (picture(&ada, "a.png", [1, 1, 1]).await, picture(&ada, "b.png", [2, 2, 2]).await);
    let (begin, end) = (in_hours(1), in_hours(2));
    let validity = json!({"from": civil(begin, ZONE), "until": civil(end, ZONE), "zone": null});
    for media in [&film, &poster] {
        ada.patch(&format!("/media/{media}"), &json!({"validity": validity})).await.ok();
    }
    let welcome = presentation(&ada, "Welcome").await;
    let draft = ada.get(&format!("/presentations/{welcome}/draft")).await.header("etag").unwrap().to_owned();
    let mut page = body("Welcome");
    let image = json!({"id": "e2", "kind": "image", "frame": {"x": 0, "y": 300, "w": 640, "h": 360}, "media": poster});
    page["pages"][0]["elements"].as_array_mut().unwrap().push(image);
    ada.with("if-match", &draft).put(&format!("/presentations/{welcome}/draft"), &page).await.ok();
    ada.act(&format!("/presentations/{welcome}/publish")).await.ok();
    let list = ada.make("/playlists", json!({"name": "Day"})).await;
    for content in [json!({"presentation": welcome}), json!({"media": film})] {
        ada.make(&format!("/playlists/{list}/items"), json!({"content": content, "duration_ms": 4_000})).await;
    }
    let row = ada.make("/schedules", row(json!({"playlist": list}), json!("all"))).await;
    let plan = plan_with(&mut session, &row).await;
    let poster = &plan["media"][&poster];
    assert_eq!((&poster["valid_from"], &poster["valid_until"]), (&json!(begin), &json!(end)), "{plan:#}");
    let (alone, with) = (vec![Value::Null], vec![Value::Null, json!(film)]);
    assert_eq!(around(&plan, begin), [alone.clone(), with.clone()]);
    assert_eq!(around(&plan, end), [with, alone]);
}
