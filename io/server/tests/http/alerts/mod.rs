//! Alerts of a whole server: raised, cleared, listed, and told to real receivers.

mod mail;
mod own;
mod raised;
mod receiver;
mod told;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::screen::{Device, Session};

/// How long something may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(40);

/// Rules without patience, so that what is bad is raised in the second round, and mails that wait for a second only.
async fn impatient(ada: &Caller) {
    let rules = json!({"offline": {"minutes": 0}, "content": {"minutes": 0}, "pace": {"gather_s": 1, "quiet_minutes": 0}});
    ada.patch("/alert-rules", &rules).await.ok();
}

/// Asks until the answer is as wanted.
async fn until(caller: &Caller, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let answer = caller.get(path).await.ok();
        if wanted(&answer) {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "{path} stays {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits for the one alert of this kind that is raised.
async fn open(caller: &Caller, kind: &str) -> Value {
    let list = until(caller, "/alerts/open", |list| list["items"].as_array().unwrap().iter().any(|a| a["kind"] == kind)).await;
    list["items"].as_array().unwrap().iter().find(|alert| alert["kind"] == kind).unwrap().clone()
}

/// A screen that says that it cannot complete its plan.
async fn incomplete(site: &str, ada: &Caller, name: &str) -> (Session, String, Value) {
    let (mut session, viewer) = Device::new(site).pair(ada, name).await;
    let plan = session.hear("plan").await["id"].clone();
    let missing = json!([{"hash": "0".repeat(64), "bytes": 1, "why": "quota"}]);
    session.say(json!({"type": "incomplete", "plan": plan, "missing": missing})).await;
    (session, viewer, plan)
}
