//! How far a change got: on this server, and at each viewer whose plan it altered.

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::desk::{presentation, row};
use crate::screen::Device;
use crate::server::{PASSWORD, Site};

async fn arrival(caller: &Caller, dot: &str) -> Value {
    caller.get(&format!("/changes/{dot}")).await.ok()
}

/// Asks until the viewer reported so much; a report goes its own way.
async fn until(caller: &Caller, dot: &str, member: &str) -> Value {
    loop {
        let viewer = arrival(caller, dot).await["viewers"][0].clone();
        if viewer[member].is_i64() {
            return viewer;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_change_is_received_and_shown_by_each_viewer_that_it_alters() {
    let (site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let device = Device::new(&site.base);
    let (mut session, viewer) = device.pair(&ada, "Pier").await;
    session.hear("plan").await;
    let (mut other, _) = Device::new(&site.base).pair(&ada, "Elsewhere").await;
    other.hear("plan").await;
    ada.make("/viewers", json!({"name": "Without a machine"})).await;

    let made = ada.post("/schedules", &row(json!({"presentation": shown}), json!({"viewer": viewer}))).await;
    let dot = made.header("signboard-dot").unwrap().to_owned();
    let before = json!([{"id": viewer, "name": "Pier", "online": true, "received": null, "shown": null}]);
    let first = arrival(&ada, &dot).await;
    let made_at = first["made_at"].as_i64().expect("it is in the log");
    assert_eq!(first, json!({"dot": dot, "here": true, "made_at": made_at, "servers": [], "viewers": before}));
    let plan = session.hear("plan").await["id"].clone();
    session.say(json!({"type": "received", "plan": plan})).await;
    let received = until(&ada, &dot, "received").await;
    assert_eq!(received["shown"], Value::Null);
    session.say(json!({"type": "shown", "plan": plan, "at": server::now::now_ms()})).await;
    let both = until(&ada, &dot, "shown").await;
    assert_eq!(both["received"], received["received"]);

    let renamed = ada.patch(&format!("/presentations/{shown}"), &json!({"name": "Other"})).await;
    let nobody = arrival(&ada, renamed.header("signboard-dot").unwrap()).await;
    assert_eq!((&nobody["here"], &nobody["viewers"]), (&json!(true), &json!([])), "its name stands on no screen");
    assert_eq!(until(&ada, &dot, "shown").await, both, "later changes do not alter it");

    drop(session);
    while arrival(&ada, &dot).await["viewers"][0]["online"] == true {
        tokio::task::yield_now().await;
    }
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let gone = ada.delete(&format!("/schedules/{id}")).await;
    let gone = gone.header("signboard-dot").unwrap().to_owned();
    let waiting = arrival(&ada, &gone).await["viewers"][0].clone();
    assert_eq!((&waiting["online"], &waiting["received"]), (&json!(false), &Value::Null));
    let mut back = device.connect(plan.as_str()).await;
    let next = back.hear("plan").await["id"].clone();
    assert_eq!(arrival(&ada, &gone).await["viewers"][0]["received"], Value::Null, "it was only sent");
    back.say(json!({"type": "received", "plan": next})).await;
    until(&ada, &gone, "received").await;
    drop(back);
    drop(device.connect(next.as_str()).await);
}

#[tokio::test]
async fn who_may_not_see_a_viewer_does_not_hear_of_it_and_old_changes_are_only_here() {
    let (site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let (mut session, _) = Device::new(&site.base).pair(&ada, "Pier").await;
    session.hear("plan").await;
    let group = ada.make("/groups", json!({"name": "Own"})).await;
    let bob = site.person(&ada, "bob", &[("editor", json!({"group": group}))]).await;
    let made = ada.post("/schedules", &row(json!({"presentation": shown}), json!("all"))).await;
    let dot = made.header("signboard-dot").unwrap().to_owned();
    assert_eq!(arrival(&ada, &dot).await["viewers"].as_array().unwrap().len(), 1);
    assert_eq!(arrival(&bob, &dot).await["viewers"], json!([]));
    ada.get("/changes/seven").await.refused(400, "malformed", "");
    let mut later = dot.rsplit_once(':').unwrap().0.to_owned();
    later.push_str(":999999");
    assert_eq!(
        arrival(&ada, &later).await,
        json!({"dot": later, "here": false, "made_at": null, "servers": [], "viewers": null})
    );

    drop((ada, bob, session));
    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", PASSWORD).await;
    let old = arrival(&ada, &dot).await;
    let made_at = old["made_at"].as_i64().expect("it is in the log");
    assert_eq!(old, json!({"dot": dot, "here": true, "made_at": made_at, "servers": [], "viewers": null}));
}
