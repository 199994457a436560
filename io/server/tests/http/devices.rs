//! Devices: introduced, waiting, approved, told what to play, replaced, revoked.

use serde_json::{Value, json};

use crate::desk::{presentation, row};
use crate::screen::{Device, Session};
use crate::server::Site;

#[tokio::test]
async fn a_device_waits_is_approved_and_gets_its_plan() {
    let (site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let schedule = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    let device = Device::new(&site.base);
    assert_eq!(device.introduce().await.ok()["state"], "pending");
    let mut session = device.connect(None).await;
    let code = session.hear("pairing").await["code"].as_str().unwrap().to_owned();
    let pending = ada.get("/devices/pending").await.ok();
    assert_eq!((&pending[0]["code"], &pending[0]["device"]), (&json!(code), &json!(device.id)));
    assert_eq!((&pending[0]["user_agent"], &pending[0]["address"]), (&json!("a test"), &json!("127.0.0.1")));
    assert!(!pending.to_string().contains(&device.secret));
    ada.post("/devices/approve", &json!({"code": "0000", "name": "x"})).await.refused(404, "not_found", "code");
    ada.post("/devices/approve", &json!({"code": code})).await.refused(422, "invalid", "name");
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let typed = code.to_lowercase();
    let wish = json!({"code": typed, "name": "Pier", "groups": [group], "zone": "Asia/Tokyo"});
    let viewer = ada.post("/devices/approve", &wish).await.ok();
    assert_eq!((&viewer["name"], &viewer["zone"]), (&json!("Pier"), &json!("Asia/Tokyo")));
    assert_eq!(ada.ids(&format!("/viewers?group={group}")).await, [viewer["id"].as_str().unwrap()]);
    assert_eq!(session.hear("welcome").await["viewer"]["id"], viewer["id"]);
    let plan = session.hear("plan").await;
    assert!(Session::rows(&plan).iter().all(|row| *row == json!(schedule)), "{plan}");
    assert_eq!(plan["viewer"]["zone"], "Asia/Tokyo");
    assert_eq!(ada.get("/devices/pending").await.ok(), json!([]));
    assert_eq!(device.introduce().await.ok()["state"], "approved");

    let status = |state: Value| (state[0]["plan"]["id"].clone(), state[0]["plan"]["state"].clone());
    assert_eq!(status(ada.get("/viewers/status").await.ok()), (plan["id"].clone(), json!("sent")));
    for (message, state) in [
        (json!({"type": "received", "plan": plan["id"]}), "received"),
        (json!({"type": "shown", "plan": plan["id"], "at": 1_000}), "shown"),
    ] {
        session.say(message).await;
        session.say(json!({"type": "time", "t0": 1.0})).await;
        session.hear("time").await;
        assert_eq!(status(ada.get("/viewers/status").await.ok()), (plan["id"].clone(), json!(state)));
    }
    let live = ada.get("/viewers/status").await.ok()[0].clone();
    assert_eq!((&live["online"], &live["device"], &live["user_agent"]), (&json!(true), &json!(device.id), &json!("a test")));
    assert_eq!(live["plan"]["at"], 1_000);

    drop(session);
    let mut again = device.connect(Some(plan["id"].as_str().unwrap())).await;
    again.hear("welcome").await;
    again.say(json!({"type": "time", "t0": 1.0})).await;
    // How it may fetch files is said to each; a plan would come before the time.
    assert_eq!(again.next().await.unwrap()["type"], "download");
    let next = again.next().await.unwrap();
    assert_eq!(next["type"], "time", "it has the plan already");
}

#[tokio::test]
async fn a_device_that_introduces_itself_before_it_speaks_is_told_too() {
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(&site.base);
    device.introduce().await.ok();
    let code = ada.get("/devices/pending").await.ok()[0]["code"].clone();
    let viewer = ada.post("/devices/approve", &json!({"code": code, "name": "Pier"})).await.ok();
    let mut session = device.connect(None).await;
    session.hear("plan").await;
    let command = tokio::spawn({
        let (ada, path) = (ada.clone(), format!("/viewers/{}/commands", viewer["id"].as_str().unwrap()));
        async move { ada.post(&path, &json!({"kind": "identify"})).await.ok() }
    });
    let asked = session.hear("command").await;
    assert_eq!((&asked["kind"], &asked["seconds"]), (&json!("identify"), &json!(20)));
    session.say(json!({"type": "result", "command": asked["id"], "ok": true, "text": "seen"})).await;
    let outcome = command.await.unwrap();
    assert_eq!((&outcome["ok"], &outcome["text"], &outcome["command"]), (&json!(true), &json!("seen"), &asked["id"]));
}

#[tokio::test]
async fn a_revoked_device_is_out_at_once_and_a_replaced_one_too() {
    let (site, ada) = Site::set_up(&[]).await;
    let (old, new) = (Device::new(&site.base), Device::new(&site.base));
    let (mut session, viewer) = old.pair(&ada, "Pier").await;
    session.hear("plan").await;
    new.introduce().await.ok();
    let mut successor = new.connect(None).await;
    let code = successor.hear("pairing").await["code"].clone();
    let place = ada.post("/devices/approve", &json!({"code": code, "viewer": viewer})).await.ok();
    assert_eq!(place["id"], json!(viewer));
    assert_eq!(session.hear("bye").await["reason"], "revoked");
    assert!(session.next().await.is_none());
    successor.hear("plan").await;
    assert_eq!(old.introduce().await.ok()["state"], "revoked");
    let status = ada.get("/viewers/status").await.ok();
    assert_eq!((&status[0]["online"], &status[0]["device"]), (&json!(true), &json!(new.id)));

    ada.act(&format!("/devices/{}/revoke", new.id)).await.done();
    assert_eq!(successor.hear("bye").await["reason"], "revoked");
    assert!(successor.next().await.is_none());
    let mut late = new.connect(None).await;
    assert_eq!(late.hear("bye").await["reason"], "revoked");
    ada.post(&format!("/viewers/{viewer}/commands"), &json!({"kind": "reload"})).await.refused(409, "in_use", "");
}

#[tokio::test]
async fn a_deleted_screen_and_a_suspended_device_end_their_sessions() {
    let (site, ada) = Site::set_up(&[]).await;
    let (mut session, viewer) = Device::new(&site.base).pair(&ada, "Pier").await;
    session.hear("plan").await;
    let told = ada.delete(&format!("/viewers/{viewer}")).await.cleared()["told"].clone();
    assert_eq!(told, json!([{"id": viewer, "name": "Pier"}]));
    assert_eq!(session.hear("bye").await["reason"], "revoked");

    let device = Device::new(&site.base);
    let (mut session, _) = device.pair(&ada, "Quay").await;
    session.hear("plan").await;
    ada.make("/suspensions", json!({"subject": device.id})).await;
    assert_eq!(session.hear("bye").await["reason"], "revoked");
}

#[tokio::test]
async fn nobody_takes_the_id_of_another_device() {
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(&site.base);
    let thief = Device { secret: server::now::new_secret(), ..device.clone() };
    let (mut session, _) = device.pair(&ada, "Pier").await;
    session.hear("plan").await;
    thief.introduce().await.refused(403, "device.secret_wrong", "");
    let mut first = device.connect(None).await;
    assert_eq!(session.hear("bye").await["reason"], "replaced");
    first.hear("plan").await;
    for body in [
        json!({"device": device.id, "secret": "short"}),
        json!({"device": "00000000-0000-0000-0000-000000000000", "secret": device.secret}),
    ] {
        site.stranger().post("/viewer/device", &body).await.refused(422, "invalid", "secret");
    }
    site.stranger().get("/viewer/session").await.refused(400, "malformed", "");
}
