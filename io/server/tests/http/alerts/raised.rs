//! What is raised, who sees it, and what stays silent.

use serde_json::json;

use super::receiver::Receiver;
use super::{impatient, incomplete, open, until};
use crate::screen::Device;
use crate::server::Site;

#[tokio::test]
async fn an_alert_is_raised_shown_and_cleared() {
    let metrics = server::metrics::Metrics::install().unwrap();
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    let mut events = ada.request(reqwest::Method::GET, "/events").send().await.unwrap();
    let (mut session, viewer, plan) = incomplete(&site.base, &ada, "Pier").await;
    let alert = open(&ada, "content").await;
    assert_eq!(
        (&alert["viewer"]["id"], &alert["viewer"]["name"], &alert["cleared"]),
        (&json!(viewer), &json!("Pier"), &json!(null))
    );
    assert!(alert["raised"].as_i64().unwrap() >= alert["since"].as_i64().unwrap());
    let mut text = String::new();
    while !text.contains("\"alerts\":true") {
        text.push_str(std::str::from_utf8(&events.chunk().await.unwrap().unwrap()).unwrap());
    }
    let counted = |count: u8| metrics.render().contains(&format!("signboard_alerts{{kind=\"content\"}} {count}\n"));
    assert!(counted(1), "{}", metrics.render());
    session.say(json!({"type": "received", "plan": plan})).await;
    until(&ada, "/alerts/open", |list| list["total"] == 0).await;
    assert!(counted(0), "{}", metrics.render());
    let history = ada.get(&format!("/alerts?viewer={viewer}&kind=content")).await.ok();
    assert_eq!((&history["items"][0]["id"], &history["total"]), (&alert["id"], &json!(1)));
    assert!(history["items"][0]["cleared"].as_i64().unwrap() >= alert["raised"].as_i64().unwrap());
    for other in ["kind=disk", "viewer=00000000-0000-0000-0000-000000000001"] {
        assert_eq!(ada.get(&format!("/alerts?{other}")).await.ok()["items"], json!([]));
    }
    let refused = ada.get("/alerts?kind=mood").await.refused(400, "malformed", "");
    assert!(refused["message"].as_str().unwrap().contains("kind"), "{refused}");

    drop(session);
    let away = open(&ada, "offline").await;
    let page = ada.get("/alerts?limit=1").await.ok();
    assert_eq!(page["items"][0]["id"], away["id"], "the newest comes first");
    let next = page["next"].as_str().unwrap();
    assert_eq!(ada.get(&format!("/alerts?limit=1&cursor={next}")).await.ok()["items"][0]["id"], alert["id"]);

    let desk = site.person(&ada, "desk", &[("observer", json!("all"))]).await;
    assert_eq!(desk.get("/alerts/open").await.ok()["items"][0]["id"], away["id"]);
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let hall = site.person(&ada, "hall", &[("observer", json!({"group": group}))]).await;
    assert_eq!(hall.get("/alerts/open").await.ok()["total"], 0);
    assert_eq!(hall.get("/alerts").await.ok()["items"], json!([]));
    for path in ["/recipients", "/mail-account", "/notify/deliveries"] {
        let answer = desk.get(path).await;
        assert!(answer.status == 403 || answer.ok()["items"] == json!([]), "{path}: {}", answer.text());
    }
    desk.patch("/alert-rules", &json!({"offline": {"on": false}})).await.refused(403, "forbidden", "");

    ada.delete(&format!("/viewers/{viewer}")).await.cleared();
    until(&ada, "/alerts/open", |list| list["total"] == 0).await;
}

#[tokio::test]
async fn who_was_never_there_is_not_missed_and_a_restart_is_no_absence() {
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    ada.make("/viewers", json!({"name": "Planned"})).await;
    let device = Device::new(&site.base);
    let (session, viewer) = device.pair(&ada, "Pier").await;
    let (trashed, other) = Device::new(&site.base).pair(&ada, "Removed").await;
    ada.delete(&format!("/viewers/{other}")).await.cleared();
    drop(trashed);
    drop(session);
    // Once one is raised, the others, which are judged in the same rounds, would have been raised too.
    let away = open(&ada, "offline").await;
    assert_eq!((&away["viewer"]["id"], ada.get("/alerts/open").await.ok()["total"].as_u64()), (&json!(viewer), Some(1)));

    ada.patch("/alert-rules", &json!({"offline": {"minutes": 10}})).await.ok();
    drop(ada);
    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", crate::server::PASSWORD).await;
    let again = open(&ada, "offline").await;
    assert_eq!(again, away, "it is the same alert");
    let device = Device { base: site.base.clone(), ..device };
    let mut session = device.connect(None).await;
    session.hear("welcome").await;
    // A session that says nothing is given up, and the alert is cleared only after a while.
    let talking = tokio::spawn(async move {
        loop {
            session.say(json!({"type": "time", "t0": 1.0})).await;
            session.hear("time").await;
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    });
    let cleared = until(&ada, "/alerts", |list| list["items"][0]["cleared"].is_i64()).await;
    assert_eq!((&cleared["items"][0]["id"], cleared["items"].as_array().unwrap().len()), (&away["id"], 1));
    talking.abort();
}

#[tokio::test]
async fn rules_stand_with_their_defaults_until_somebody_changes_them() {
    let (site, ada) = Site::set_up(&[]).await;
    let rules = ada.get("/alert-rules").await;
    assert_eq!((&rules.ok()["offline"]["minutes"], &rules.ok()["pace"]["gather_s"]), (&json!(5), &json!(60)));
    let untouched = rules.header("etag").unwrap().to_owned();
    ada.patch("/alert-rules", &json!({"offline": {"minutes": 9_999}})).await.refused(422, "invalid", "offline.minutes");
    ada.patch("/alert-rules", &json!({"mood": 1})).await.refused(422, "invalid", "mood");
    let changed = ada.with("if-match", &untouched).patch("/alert-rules", &json!({"offline": {"minutes": 7}})).await;
    assert_eq!(changed.ok()["offline"], json!({"on": true, "minutes": 7}));
    ada.with("if-match", &untouched).patch("/alert-rules", &json!({"disk": {"on": false}})).await.refused(
        412,
        "version_conflict",
        "",
    );
    let tag = changed.header("etag").unwrap().to_owned();
    ada.with("if-match", &tag).patch("/alert-rules", &json!({"disk": {"on": false}})).await.ok();
    assert_eq!(ada.get("/alert-rules").await.ok()["disk"], json!({"on": false, "percent": 5}));
    let data = site.stop().await;
    drop(data);
}

#[tokio::test]
async fn who_has_seen_an_alert_stands_beside_it_and_its_end_is_told_all_the_same() {
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    let mut receiver = Receiver::on(0).await;
    ada.make("/recipients", json!({"name": "Desk", "address": {"webhook": receiver.url()}, "key": "a key that both know"})).await;
    let (mut session, viewer, plan) = incomplete(&site.base, &ada, "Pier").await;
    let alert = open(&ada, "content").await;
    assert_eq!(alert["acknowledged"], json!(null));
    assert_eq!(receiver.next().await.json()["event"], "alert.raised");
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    let desk = site.person(&ada, "desk", &[("observer", json!("all"))]).await;
    desk.act(&path).await.refused(403, "forbidden", "");
    let seen = ada.act(&path).await.ok();
    assert!(seen["acknowledged"]["at"].as_i64().unwrap() >= alert["raised"].as_i64().unwrap());
    assert!(seen["acknowledged"]["by"].is_string() && seen["acknowledged"]["name"].is_string());
    assert_eq!(ada.act(&path).await.ok()["acknowledged"], seen["acknowledged"], "the first time counts");
    assert_eq!(open(&desk, "content").await["acknowledged"], seen["acknowledged"], "it stays, for all to see");
    session.say(json!({"type": "received", "plan": plan})).await;
    assert_eq!(receiver.next().await.json()["event"], "alert.cleared");
    let history = ada.get(&format!("/alerts?viewer={viewer}&kind=content")).await.ok();
    assert_eq!(history["items"][0]["acknowledged"], seen["acknowledged"], "it is written down");
    ada.act(&path).await.refused(404, "not_found", "");
}
