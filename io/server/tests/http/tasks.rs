//! Tasks: made, delivered, reported, called off; at screens that come late, go away in between, and over a restart of the server.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::desk::png;
use crate::screen::{Device, Session};
use crate::server::{PASSWORD, Site};

/// How long a state may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes a task and returns its id.
async fn order(ada: &Caller, kind: Value, destination: Value) -> String {
    ada.make("/tasks", json!({"kind": kind, "destination": destination})).await
}

/// The only run of a task, once it is in this state.
async fn run(ada: &Caller, task: &str, state: &str) -> Value {
    let path = format!("/tasks/{task}/runs");
    let wait = async {
        loop {
            let runs = ada.get(&path).await.ok()["items"].clone();
            match runs.as_array().unwrap().as_slice() {
                [run] if run["state"] == state => return run.clone(),
                [] | [_] => tokio::time::sleep(Duration::from_millis(20)).await,
                more => panic!("one run, not {}: {runs}", more.len()),
            }
        }
    };
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(run) => run,
        Err(_) => panic!("the run did not become {state}: {}", ada.get(&path).await.text()),
    }
}

/// Answers whatever comes before the answer to a question for the time: nothing else may.
async fn hears_nothing(session: &mut Session) {
    session.say(json!({"type": "time", "t0": 1.0})).await;
    loop {
        let message = session.next().await.unwrap();
        assert_ne!(message["type"], "command", "{message}");
        if message["type"] == "time" {
            return;
        }
    }
}

async fn done(session: &mut Session, command: &Value) {
    session.say(json!({"type": "result", "command": command["id"], "ok": true, "text": "well"})).await;
}

#[tokio::test]
async fn a_screenshot_comes_back_as_a_file() {
    let (site, ada) = Site::set_up(&[]).await;
    let (mut session, viewer) = Device::new(&site.base).pair(&ada, "Pier").await;
    let task = order(&ada, json!("screenshot"), json!({"viewer": viewer})).await;
    let command = session.hear("command").await;
    assert_eq!(command["kind"], "screenshot");
    assert_eq!(run(&ada, &task, "sent").await["id"], command["id"]);
    let picture = png(8, 8, [200, 100, 0]);
    let image = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(&picture));
    session.say(json!({"type": "result", "command": command["id"], "ok": true, "image": image})).await;
    let run = run(&ada, &task, "done").await;
    assert_eq!(run["file"], json!({"name": "screen.png", "mime": "image/png", "bytes": picture.len()}));
    assert!(run["ended"].as_i64() >= run["started"].as_i64());
    let file = ada.get(&format!("/task-runs/{}/file", run["id"].as_str().unwrap())).await;
    assert_eq!((file.status, file.header("content-type"), &file.bytes), (200, Some("image/png"), &picture));
    assert_eq!(file.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let of_viewer = ada.get(&format!("/viewers/{viewer}/tasks")).await.ok();
    assert_eq!(
        (of_viewer["items"][0]["id"].clone(), of_viewer["items"][0]["kind"].clone()),
        (run["id"].clone(), json!("screenshot"))
    );
    site.stranger().get(&format!("/task-runs/{}/file", run["id"].as_str().unwrap())).await.refused(401, "sign_in_required", "");
}

#[tokio::test]
async fn a_screen_that_comes_late_is_told_until_it_says_how_it_went_also_over_a_restart() {
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(&site.base);
    let (session, viewer) = device.pair(&ada, "Pier").await;
    drop(session);
    let offline = async {
        while ada.get("/viewers/status").await.ok()[0]["online"] == true {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, offline).await.unwrap();
    let task = order(&ada, json!({"identify": {"seconds": 7}}), json!("all")).await;
    let waiting = run(&ada, &task, "waiting").await;
    assert_eq!(waiting["viewer"], json!(viewer));

    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", crate::server::PASSWORD).await;
    assert_eq!(run(&ada, &task, "waiting").await["id"], waiting["id"], "it is the same run");
    let device = Device { base: site.base.clone(), ..device };
    let mut first = device.connect(None).await;
    let command = first.hear("command").await;
    assert_eq!((&command["id"], &command["kind"], &command["seconds"]), (&waiting["id"], &json!("identify"), &json!(7)));
    drop(first);
    let mut second = device.connect(None).await;
    let again = second.hear("command").await;
    assert_eq!(again["id"], command["id"], "the same command again, so that the effect happens once");
    done(&mut second, &again).await;
    let ended = run(&ada, &task, "done").await;
    assert_eq!(ended["text"], "well");
    done(&mut second, &again).await;
    hears_nothing(&mut second).await;
    let mut third = device.connect(None).await;
    third.hear("welcome").await;
    hears_nothing(&mut third).await;

    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", crate::server::PASSWORD).await;
    assert_eq!(run(&ada, &task, "done").await, ended, "and once it ended it stays so");
    let mut fourth = Device { base: site.base.clone(), ..device }.connect(None).await;
    fourth.hear("welcome").await;
    hears_nothing(&mut fourth).await;
}

#[tokio::test]
async fn what_a_browser_cannot_do_fails_with_a_code() {
    let (site, ada) = Site::set_up(&[]).await;
    let (_session, viewer) = Device::new(&site.base).pair(&ada, "Pier").await;
    for kind in
        [json!("reboot"), json!({"fetch_logs": {"lines": 10}}), json!({"set_setting": {"key": "cache.quota", "value": "1G"}})]
    {
        let task = order(&ada, kind.clone(), json!({"viewer": viewer})).await;
        assert_eq!(run(&ada, &task, "failed").await["code"], "not_supported", "{kind}");
    }
    let task = order(&ada, json!("wake"), json!({"viewer": viewer})).await;
    assert!(run(&ada, &task, "woke").await["text"].as_str().unwrap().contains("awake already"));
}

#[tokio::test]
async fn a_screen_of_which_no_card_is_known_cannot_be_woken() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let task = order(&ada, json!("wake"), json!({"viewer": viewer})).await;
    let failed = run(&ada, &task, "failed").await;
    assert_eq!((&failed["code"], &failed["tried"]), (&json!("no_card"), &json!([])));
}

#[tokio::test]
async fn a_scheduled_task_is_due_in_the_screens_zone_also_while_the_server_is_down() {
    let (site, ada) = Site::set_up(&[]).await;
    let tokyo = ada.make("/viewers", json!({"name": "Tokyo", "zone": "Asia/Tokyo"})).await;
    ada.make("/viewers", json!({"name": "Lisbon", "zone": "Europe/Lisbon"})).await;
    let soon = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_millis(1_500)).unwrap();
    let from = soon.in_tz("Asia/Tokyo").unwrap().datetime().to_string();
    let when = json!({"from": from, "until": null, "zone": null, "recurrence": null});
    let wish = json!({"kind": "reboot", "destination": "all", "when": when, "name": "Tonight", "expires_s": 600});
    let task = ada.make("/tasks", wish).await;
    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", crate::server::PASSWORD).await;
    let run = run(&ada, &task, "waiting").await;
    assert_eq!((&run["viewer"], &run["planned"]), (&json!(tokyo), &json!(soon.as_millisecond())));
    assert_eq!(run["expires"].as_i64().unwrap() - run["planned"].as_i64().unwrap(), 600_000);
}

#[tokio::test]
async fn a_run_that_nobody_began_in_time_has_expired() {
    use domain::id::{TaskId, ViewerId};
    let (site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let task = order(&ada, json!("refresh"), json!({"viewer": viewer})).await;
    run(&ada, &task, "waiting").await;
    // The same run, as it would stand in the store if the server had been off for long.
    let (facts, now) = (site.app.core.store().facts().clone(), server::now::now_ms());
    let id = domain::task::run_id(TaskId(task.parse().unwrap()), ViewerId(viewer.parse().unwrap()), now - 90_000);
    let other = facts.open_task_runs().await.unwrap().remove(0);
    let mut detail = other.detail.clone();
    detail["expires"] = json!(now - 1);
    let missed = ada
        .make("/tasks", json!({"kind": "refresh", "destination": {"viewer": viewer}, "when": {"from": "2020-01-01T00:00:00"}}))
        .await;
    let old = store::facts::TaskRun { id, task: missed.parse().unwrap(), planned: now - 90_000, detail, ..other };
    facts.put_task_runs(vec![old]).await.unwrap();
    drop(facts);
    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", crate::server::PASSWORD).await;
    assert_eq!(run(&ada, &missed, "expired").await["text"], "the screen was not connected in time");
    run(&ada, &task, "waiting").await;
}

#[tokio::test]
async fn what_is_called_off_is_not_done() {
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(&site.base);
    let (session, viewer) = device.pair(&ada, "Pier").await;
    drop(session);
    let offline = async {
        while ada.get("/viewers/status").await.ok()[0]["online"] == true {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, offline).await.unwrap();
    let (called_off, deleted) = (
        order(&ada, json!("refresh"), json!({"viewer": viewer})).await,
        order(&ada, json!("refresh"), json!({"viewer": viewer})).await,
    );
    run(&ada, &called_off, "waiting").await;
    run(&ada, &deleted, "waiting").await;
    assert!(ada.act(&format!("/tasks/{called_off}/cancel")).await.ok()["cancelled_at"].is_i64());
    ada.delete(&format!("/tasks/{deleted}")).await.done();
    run(&ada, &called_off, "cancelled").await;
    run(&ada, &deleted, "cancelled").await;
    let mut session = device.connect(None).await;
    session.hear("welcome").await;
    hears_nothing(&mut session).await;
    assert_eq!(ada.ids("/tasks").await, [called_off]);
}

#[tokio::test]
async fn editors_do_what_alters_no_machine_and_only_where_they_may() {
    let (site, ada) = Site::set_up(&[]).await;
    let (mut session, viewer) = Device::new(&site.base).pair(&ada, "Pier").await;
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let editor = site.person(&ada, "eve", &[("editor", json!({"group": group}))]).await;
    let watcher = site.person(&ada, "otto", &[("observer", json!("all"))]).await;
    let wish = |kind: Value, destination: Value| json!({"kind": kind, "destination": destination});
    let here = json!({"viewer": viewer});
    editor.post("/tasks", &wish(json!("refresh"), here.clone())).await.refused(403, "forbidden", "");
    ada.make("/memberships", json!({"group": group, "member": {"viewer": viewer}})).await;
    editor.post("/tasks", &wish(json!("reboot"), here.clone())).await.refused(403, "forbidden", "");
    editor.post("/tasks", &wish(json!("refresh"), json!("all"))).await.refused(403, "forbidden", "");
    watcher.post("/tasks", &wish(json!("refresh"), here.clone())).await.refused(403, "forbidden", "");
    let own = order(&editor, json!("screenshot"), json!({"group": group})).await;
    let command = session.hear("command").await;
    session.say(json!({"type": "result", "command": command["id"], "ok": true, "image": "data:image/png;base64,AAAA"})).await;
    let shot = run(&watcher, &own, "done").await;
    assert_eq!(watcher.get(&format!("/task-runs/{}/file", shot["id"].as_str().unwrap())).await.bytes, [0, 0, 0]);

    let secret = order(&ada, json!("black_box"), here.clone()).await;
    let failed = run(&ada, &secret, "failed").await;
    let path = format!("/task-runs/{}/file", failed["id"].as_str().unwrap());
    editor.get(&path).await.refused(403, "forbidden", "");
    ada.get(&path).await.refused(404, "not_found", "");
    editor.patch(&format!("/tasks/{own}"), &json!({"kind": "shut_down"})).await.refused(403, "forbidden", "");
    editor.act(&format!("/tasks/{secret}/cancel")).await.refused(403, "forbidden", "");
    editor.delete(&format!("/tasks/{secret}")).await.refused(403, "forbidden", "");
    editor.delete(&format!("/tasks/{own}")).await.done();
}

#[tokio::test]
async fn an_impossible_task_is_refused_by_the_member_at_fault() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let here = json!({"viewer": viewer});
    for (wish, field) in [
        (json!({"destination": here}), "kind"),
        (json!({"kind": "dance", "destination": here}), "kind"),
        (json!({"kind": "reboot"}), "destination"),
        (json!({"kind": "reboot", "destination": {"viewer": "00000000-0000-0000-0000-000000000001"}}), "destination.viewer"),
        (json!({"kind": {"identify": {"seconds": 0}}, "destination": here}), "kind.identify.seconds"),
        (json!({"kind": {"fetch_logs": {"lines": 100_001}}, "destination": here}), "kind.fetch_logs.lines"),
        (json!({"kind": {"set_setting": {"key": "Bad Key", "value": ""}}, "destination": here}), "kind.set_setting.key"),
        (json!({"kind": "reboot", "destination": here, "expires_s": 9}), "expires_s"),
        (json!({"kind": "reboot", "destination": here, "cancelled_at": 1}), "cancelled_at"),
    ] {
        ada.post("/tasks", &wish).await.refused(422, "invalid", field);
    }
}

#[tokio::test]
async fn what_ended_just_before_a_restart_is_not_done_again() {
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(&site.base);
    let (mut session, viewer) = device.pair(&ada, "Pier").await;
    let place = json!({"viewer": viewer});
    let first = order(&ada, json!({"identify": {"seconds": 7}}), place.clone()).await;
    let command = session.hear("command").await;
    done(&mut session, &command).await;
    run(&ada, &first, "done").await;
    drop((session, ada));

    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", PASSWORD).await;
    let device = Device { base: site.base.clone(), ..device };
    let mut session = device.connect(None).await;
    // Each new order has the server look once more at what was due in the last minute.
    for _ in 0..3 {
        let other = order(&ada, json!("refresh"), place.clone()).await;
        let command = session.hear("command").await;
        assert_eq!(command["kind"], "reload", "the first order does not come again: {command}");
        done(&mut session, &command).await;
        run(&ada, &other, "done").await;
    }
    assert_eq!(run(&ada, &first, "done").await["text"], "well");
}
