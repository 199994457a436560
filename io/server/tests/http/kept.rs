//! Records are kept for as many days as the settings say, each kind for its own, and not longer.

use serde_json::json;
use server::now::now_ms;
use server::readers::janitor::clean;

use crate::caller::Caller;
use crate::screen::Device;
use crate::server::Site;

const DAY_MS: i64 = 86_400_000;

async fn count(caller: &Caller, path: &str) -> usize {
    caller.get(path).await.ok()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn play_records_and_the_audit_trail_are_kept_for_their_days() {
    let (site, ada) = Site::set_up(&["facts.plays-days=10", "facts.audit-days=20"]).await;
    // Sessions end within 30 days, tokens without an end do not.
    let program = ada.program(&ada.token("administrator").await);
    let (mut session, _) = Device::new(&site.base).pair(&ada, "Pier").await;
    let now = now_ms();
    let record = |n: u64, age: i64| {
        let from = now - age * DAY_MS;
        json!({"n": n, "plan": "p", "item": format!("i{n}"), "media": null, "from": from, "until": from + 500, "complete": true})
    };
    let stream = "7d0a9a52-6f4c-4f0e-8f5a-d8f4a5c0b001";
    session.say(json!({"type": "plays", "stream": stream, "records": [record(1, 9), record(2, 5)]})).await;
    assert_eq!(session.hear("plays_ack").await["n"], 2);
    // The audit trail follows a moment later.
    while count(&program, "/audit").await == 0 {
        tokio::task::yield_now().await;
    }

    clean(&site.app, now).await.unwrap();
    assert_eq!(count(&program, "/plays").await, 2, "neither is ten days old");
    clean(&site.app, now + 2 * DAY_MS).await.unwrap();
    let left = program.get("/plays").await.ok();
    assert_eq!((left["items"].as_array().unwrap().len(), &left["items"][0]["item"]), (1, &json!("i2")));
    clean(&site.app, now + 19 * DAY_MS).await.unwrap();
    assert_eq!(count(&program, "/plays").await, 0);
    assert!(count(&program, "/audit").await > 0, "it is not twenty days old");
    clean(&site.app, now_ms() + 21 * DAY_MS).await.unwrap();
    assert_eq!(count(&program, "/audit").await, 0);
}
