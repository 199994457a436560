//! Rows of the schedule: what may stand, emergencies, taking down, raising, lowering, previewing.

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::desk::{presentation, row};
use crate::server::Site;

async fn playing(ada: &Caller, viewer: &str) -> Value {
    ada.get(&format!("/viewers/{viewer}/why")).await.ok()["playing"].clone()
}

#[tokio::test]
async fn impossible_rows_name_the_member_at_fault() {
    let (_site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let good = row(json!({"presentation": shown}), json!("all"));
    let nobody = "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f";
    let weekly =
        |weekly: Value| json!({"from": "2026-01-01T00:00:00", "until": null, "zone": null, "recurrence": {"weekly": weekly}});
    let cases: [(&str, Value, &str); 14] = [
        ("content", Value::Null, "content"),
        ("content", json!({"media": nobody}), "content"),
        ("content", json!({"song": nobody}), "content"),
        ("destination", Value::Null, "destination"),
        ("destination", json!({"viewer": nobody}), "destination.viewer"),
        ("destination", json!({"group": nobody}), "destination.group"),
        ("priority", json!(nobody), "priority"),
        ("emergency", json!(true), "when.until"),
        (
            "when",
            json!({"from": "2026-02-01T00:00:00", "until": "2026-01-01T00:00:00", "zone": null, "recurrence": null}),
            "when.until",
        ),
        ("when", json!({"from": "0026-02-01T00:00:00", "until": null, "zone": null, "recurrence": null}), "when.from"),
        ("when", weekly(json!({"every": 0, "days": ["mo"], "window": null})), "when.recurrence.weekly.every"),
        ("when", weekly(json!({"every": 1, "days": [], "window": null})), "when.recurrence.weekly.days"),
        ("when", weekly(json!({"every": 1, "days": ["xx"], "window": null})), "when.recurrence.weekly.days"),
        ("order", json!(5), "order"),
    ];
    for (member, value, field) in cases {
        let mut bad = good.clone();
        bad[member] = value;
        ada.post("/schedules", &bad).await.refused(422, "invalid", field);
    }
    for text in ["2026-02-30T00:00:00", "tomorrow", "2026-01-01T00:00:00+01:00[Europe/Berlin]x", ""] {
        let mut bad = good.clone();
        bad["when"]["from"] = json!(text);
        ada.post("/schedules", &bad).await.refused(422, "invalid", "when.from");
    }
    ada.post("/schedules", &good).await.created();
}

#[tokio::test]
async fn an_emergency_stands_above_all_and_taking_it_down_shows_the_rest() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let (calm, alarm) = (presentation(&ada, "Calm").await, presentation(&ada, "Alarm").await);
    let high = ada.ids("/priorities?sort=-rank").await.remove(0);
    let mut usual = row(json!({"presentation": calm}), json!("all"));
    usual["priority"] = json!(high);
    let usual = ada.make("/schedules", usual).await;
    let mut emergency = row(json!({"presentation": alarm}), json!({"viewer": viewer}));
    emergency["emergency"] = json!(true);
    emergency["when"]["until"] = json!("2998-01-01T00:00:00");
    let emergency = ada.make("/schedules", emergency).await;
    assert_eq!(playing(&ada, &viewer).await["row"], json!(emergency));
    ada.patch(
        &format!("/schedules/{emergency}"),
        &json!({"when": {"from": "2020-01-01T00:00:00", "until": null, "zone": null, "recurrence": null}}),
    )
    .await
    .refused(422, "invalid", "when.until");

    let down = ada.act(&format!("/schedules/{emergency}/take-down")).await;
    assert_eq!(down.cleared()["offline"], json!([]), "no machine stands at this screen, so nothing is left on it");
    assert!(down.header("signboard-dot").is_some());
    assert_eq!(playing(&ada, &viewer).await["row"], json!(usual));
    let trimmed = ada.get(&format!("/schedules/{emergency}")).await.ok();
    assert!(trimmed["when"]["until"].as_str().unwrap() < "2998" && trimmed["trashed_at"] == Value::Null, "{trimmed}");
    let again = ada.act(&format!("/schedules/{emergency}/take-down")).await;
    assert_eq!((again.status, again.header("signboard-dot")), (200, None), "it was over already");

    let mut later = row(json!({"presentation": calm}), json!("all"));
    later["when"]["from"] = json!("2900-01-01T00:00:00");
    let later = ada.make("/schedules", later).await;
    ada.act(&format!("/schedules/{later}/take-down")).await.ok();
    assert!(ada.get(&format!("/schedules/{later}")).await.ok()["trashed_at"].is_i64(), "it had not begun");
}

#[tokio::test]
async fn the_newest_wins_until_somebody_raises_or_lowers() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let mut rows = Vec::new();
    for name in ["First", "Second", "Third"] {
        let shown = presentation(&ada, name).await;
        rows.push(ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await);
    }
    let expect = |index: usize| {
        let (ada, viewer, row) = (ada.clone(), viewer.clone(), json!(rows[index]));
        async move { assert_eq!(playing(&ada, &viewer).await["row"], row) }
    };
    expect(2).await;
    ada.act(&format!("/schedules/{}/raise", rows[0])).await.ok();
    expect(2).await;
    ada.act(&format!("/schedules/{}/raise", rows[0])).await.ok();
    expect(0).await;
    ada.act(&format!("/schedules/{}/raise", rows[0])).await.ok();
    expect(0).await;
    ada.act(&format!("/schedules/{}/lower", rows[0])).await.ok();
    expect(2).await;
    ada.act(&format!("/schedules/{}/lower", rows[2])).await.ok();
    expect(0).await;
}

#[tokio::test]
async fn a_preview_tells_what_an_edit_would_alter_and_alters_nothing() {
    let (_site, ada) = Site::set_up(&[]).await;
    let (near, far) = (ada.make("/viewers", json!({"name": "Near"})).await, ada.make("/viewers", json!({"name": "Far"})).await);
    let (old, new) = (presentation(&ada, "Old").await, presentation(&ada, "New").await);
    let standing = ada.make("/schedules", row(json!({"presentation": old}), json!("all"))).await;
    let before = ada.get("/schedules").await.ok();
    let wish = json!({"row": row(json!({"presentation": new}), json!({"viewer": near}))});
    let altered = ada.post("/schedules/preview", &wish).await.ok();
    let altered = altered.as_array().unwrap();
    assert_eq!(altered.len(), 1);
    assert_eq!(
        (&altered[0]["viewer"], &altered[0]["before"], &altered[0]["after"]),
        (&json!(near), &json!("Old"), &json!("New"))
    );
    let gone = ada.post("/schedules/preview", &json!({"row": null, "replaces": standing})).await.ok();
    let viewers: Vec<_> = gone.as_array().unwrap().iter().map(|a| a["viewer"].as_str().unwrap()).collect();
    assert_eq!(viewers, [near.as_str(), far.as_str()]);
    assert_eq!(ada.get("/schedules").await.ok(), before);
    let bad = json!({"row": row(json!({"presentation": new}), json!({"viewer": "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f"}))});
    ada.post("/schedules/preview", &bad).await.refused(422, "invalid", "destination.viewer");
    ada.post("/schedules/preview", &json!({"row": {"made_at": "x"}})).await.refused(422, "invalid", "row.made_at");
}

#[tokio::test]
async fn a_row_can_be_taken_down_and_ranked_although_its_content_was_deleted() {
    let (_site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let first = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    let second = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    ada.delete(&format!("/presentations/{shown}")).await.cleared();
    ada.act(&format!("/schedules/{first}/raise")).await.ok();
    ada.act(&format!("/schedules/{second}/take-down")).await.ok();
}
