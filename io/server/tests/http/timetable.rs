//! Timetable and reason answer the same question and must agree.

use serde_json::{Value, json};

use crate::desk::{presentation, row};
use crate::server::Site;

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn timetable_and_why_agree_and_name_who_did_it() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier", "zone": "America/New_York"})).await;
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    ada.make("/memberships", json!({"group": group, "member": {"viewer": viewer}})).await;
    let (base, morning) = (presentation(&ada, "Base").await, presentation(&ada, "Morning").await);
    let base_row = ada.make("/schedules", row(json!({"presentation": base}), json!("all"))).await;
    let mut daily = row(json!({"presentation": morning}), json!({"group": group}));
    daily["name"] = json!("Mornings");
    daily["when"]["recurrence"] = json!({"weekly": {"every": 1, "days": ["mo", "tu", "we", "th", "fr", "sa", "su"], "window": {"start": "07:00:00", "end": "11:00:00"}}});
    let daily_row = ada.make("/schedules", daily).await;

    // 2026-07-01T00:00:00 in New York.
    let from = 1_782_878_400_000;
    let path = |name: &str| format!("/viewers/{viewer}/{name}");
    let slots = ada.get(&path(&format!("timetable?from={from}&until={}", from + 48 * HOUR))).await.ok();
    let slots = slots.as_array().unwrap();
    let edges: Vec<i64> = slots.iter().map(|slot| (slot["from"].as_i64().unwrap() - from) / HOUR).collect();
    assert_eq!(edges, [0, 7, 11, 31, 35]);
    for (index, slot) in slots.iter().enumerate() {
        let expected = if index % 2 == 0 { (&base_row, "Base") } else { (&daily_row, "Mornings") };
        assert_eq!((slot["row"].as_str().unwrap(), slot["name"].as_str().unwrap()), (expected.0.as_str(), expected.1));
        let (start, end) = (slot["from"].as_i64().unwrap(), slot["until"].as_i64().unwrap());
        for at in [start, start + 1, end - 1] {
            let why = ada.get(&path(&format!("why?at={at}"))).await.ok();
            assert_eq!(why["playing"]["row"], slot["row"], "at {at}");
            let winner = candidate(&why, expected.0);
            assert_eq!(winner["verdict"], "plays");
        }
    }
    let why = ada.get(&path(&format!("why?at={}", from + 8 * HOUR))).await.ok();
    assert!(why["sentence"].as_str().unwrap().contains("Mornings"), "{why}");
    let covered = candidate(&why, &base_row);
    assert_eq!((&covered["verdict"], &covered["by"]), (&json!("covered"), &json!(daily_row)));
    let winner = candidate(&why, &daily_row);
    let ada_id = ada.get("/session").await.ok()["user"]["id"].clone();
    assert_eq!((&winner["made_by"], &winner["published_by"], &winner["path"]), (&ada_id, &ada_id, &json!([group])));
    assert!(winner["made_at"].as_i64().unwrap() > 0 && winner["published_at"].as_i64().unwrap() > 0);
    let idle = ada.get(&path(&format!("why?at={from}"))).await.ok();
    let idle = candidate(&idle, &daily_row);
    assert_eq!((&idle["verdict"], idle["next"].as_i64().unwrap()), (&json!("not_now"), from + 7 * HOUR));
}

fn candidate(why: &Value, row: &str) -> Value {
    let found = why["candidates"].as_array().unwrap().iter().find(|candidate| candidate["row"] == row);
    found.unwrap_or_else(|| panic!("{row} is no candidate: {why}")).clone()
}

#[tokio::test]
async fn what_is_deleted_or_unpublished_plays_no_more_and_the_fallback_stands_in() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let playing = || async { ada.get(&format!("/viewers/{viewer}/why")).await.ok()["playing"].clone() };
    assert_eq!(playing().await["kind"], "standby");
    let (shown, spare) = (presentation(&ada, "Welcome").await, presentation(&ada, "Spare").await);
    ada.patch("/installation", &json!({"fallback": {"presentation": spare}})).await.ok();
    assert_eq!((&playing().await["kind"], &playing().await["name"]), (&json!("fallback"), &json!("Spare")));
    let row = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    assert_eq!(playing().await["row"], json!(row));
    ada.act(&format!("/presentations/{shown}/unpublish")).await.cleared();
    assert_eq!(playing().await["kind"], "fallback");
    ada.act(&format!("/presentations/{shown}/publish")).await.ok();
    assert_eq!(playing().await["row"], json!(row));
    ada.delete(&format!("/presentations/{shown}")).await.cleared();
    assert_eq!(playing().await["kind"], "fallback");
    ada.act(&format!("/presentations/{shown}/restore")).await.ok();
    assert_eq!(playing().await["row"], json!(row));
    ada.delete(&format!("/schedules/{row}")).await.cleared();
    assert_eq!(playing().await["kind"], "fallback");
}

#[tokio::test]
async fn impossible_times_are_refused_and_extreme_ones_do_no_harm() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let shown = presentation(&ada, "Welcome").await;
    ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    let path = |rest: &str| format!("/viewers/{viewer}/{rest}");
    let day = 86_400_000_i64;
    for query in ["from=5&until=5".to_owned(), "from=6&until=5".to_owned(), format!("from=0&until={}", 62 * day + 1)] {
        ada.get(&path(&format!("timetable?{query}"))).await.refused(422, "invalid", "until");
    }
    ada.get(&path(&format!("timetable?from=0&until={}", 62 * day))).await.ok();
    for query in ["from=0", "from=x&until=5", "from=0&until=5&x=1", "from=9223372036854775808&until=5"] {
        ada.get(&path(&format!("timetable?{query}"))).await.refused(400, "malformed", "");
    }
    for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        let why = ada.get(&path(&format!("why?at={at}"))).await;
        assert!([200, 422].contains(&why.status), "{at}: {}", why.text());
        let answer = ada.get(&path(&format!("timetable?from={at}&until={}", at.saturating_add(5)))).await;
        assert!([200, 422].contains(&answer.status), "{at}: {}", answer.text());
    }
}
