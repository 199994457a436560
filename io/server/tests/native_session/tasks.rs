//! Tasks at native viewers: delivered again until their end is reported, with files in parts, and one that wakes its neighbour.

use std::time::Duration;

use control::slice::Holding;
use control::v1;
use control::v1::CommandState;
use control::v1::from_viewer::Message as Say;
use net::control::Identity;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::device::Device;
use crate::screen::{Heard, Screen};
use crate::server::Site;

/// How long a state may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until the answer is as wanted.
async fn until(caller: &Caller, path: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
    let ask = async {
        loop {
            let answer = caller.get(path).await.ok();
            if is_wanted(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, ask).await {
        Ok(answer) => answer,
        Err(_) => panic!("not as wanted: {}", caller.get(path).await.text()),
    }
}

/// The run of a task, once it is in this state.
async fn run(ada: &Caller, task: &str, state: &str) -> Value {
    until(ada, &format!("/tasks/{task}/runs"), |list| list["items"][0]["state"] == state).await["items"][0].clone()
}

async fn ordered(screen: &mut Screen, kind: &str) -> v1::Command {
    match screen.hear().await {
        Heard::Command(command) if command.kind == kind => command,
        other => panic!("not an order to {kind}: {other:?}"),
    }
}

async fn report(screen: &Screen, command: &v1::Command, state: CommandState, progress: u32, text: &str) {
    let report =
        v1::CommandReport { id: command.id.clone(), state: state.into(), progress, text: text.into(), code: String::new() };
    screen.say(Say::Command(report)).await;
}

async fn part(screen: &Screen, command: &v1::Command, offset: u64, bytes: &[u8], last: bool) {
    let (name, mime) = ("viewer.log".to_owned(), "text/plain".to_owned());
    let part = v1::Attachment { command: command.id.clone(), name, mime, offset, bytes: bytes.to_vec(), last };
    screen.say(Say::Attachment(part)).await;
}

/// Hangs up; what is left is what comes again.
fn asleep(screen: Screen) -> (Device, Identity, Holding) {
    (screen.device, screen.identity, screen.holding)
}

#[tokio::test]
async fn a_log_comes_whole_although_the_session_broke_in_the_middle() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let wish = json!({"kind": {"fetch_logs": {"lines": 70}}, "destination": {"viewer": pier.identity.viewer}, "expires_s": 600});
    let task = ada.make("/tasks", wish).await;
    let first = ordered(&mut pier, "fetch_logs").await;
    assert_eq!(first.arguments["lines"], "70");
    let sent = run(&ada, &task, "sent").await;
    assert_eq!(
        (sent["id"].as_str().unwrap().replace('-', ""), sent["expires"].as_i64()),
        (hex::encode(&first.id), Some(first.expires))
    );
    report(&pier, &first, CommandState::Started, 0, "").await;
    report(&pier, &first, CommandState::Running, 30, "").await;
    part(&pier, &first, 0, b"half of ", false).await;
    assert_eq!(run(&ada, &task, "running").await["progress"], 30);

    let mut pier = pier.again(&site, "").await;
    let second = ordered(&mut pier, "fetch_logs").await;
    assert_eq!(second.id, first.id, "the same order, so that its effect happens once");
    part(&pier, &second, 0, b"all of ", false).await;
    part(&pier, &second, 7, b"the log\n", true).await;
    report(&pier, &second, CommandState::Done, 0, "70 lines").await;
    let done = run(&ada, &task, "done").await;
    assert_eq!((&done["progress"], &done["text"]), (&json!(100), &json!("70 lines")));
    assert_eq!(done["file"], json!({"name": "viewer.log", "mime": "text/plain", "bytes": 15}));
    let file = ada.get(&format!("/task-runs/{}/file", done["id"].as_str().unwrap())).await;
    assert_eq!((file.text().as_str(), file.header("content-type")), ("all of the log\n", Some("text/plain; charset=utf-8")));
    let mut pier = pier.again(&site, "").await;
    pier.is_quiet().await;
}

#[tokio::test]
async fn an_awake_screen_of_another_segment_calls_the_one_that_sleeps() {
    // An interface that is not there: no packet of the test leaves this machine.
    let (site, ada) = Site::set_up(&["wake.interface=none-such"]).await;
    let quay = Screen::paired(&site, &ada, 2, "Quay").await;
    let viewer = quay.identity.viewer.clone();
    let card = json!({"viewer": viewer, "mac": "00:11:22:aa:bb:cc", "secure_on": "192.0.2.1"});
    ada.post("/network-cards", &card).await.created();
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let status = v1::Status { addresses: vec!["10.99.1.4".to_owned(), "127.0.0.1".to_owned()], ..v1::Status::default() };
    pier.say(Say::Status(status)).await;
    let of = |list: &Value, name: &str| {
        let all = list.as_array().unwrap().clone();
        all.into_iter().find(|one| one["viewer"] == name).unwrap()
    };
    let pier_id = pier.identity.viewer.clone();
    until(&ada, "/viewers/status", |list| of(list, &pier_id)["machine"]["addresses"][0] == "10.99.1.4").await;
    let (device, identity, holding) = asleep(quay);
    until(&ada, "/viewers/status", |list| of(list, &viewer)["online"] == false).await;

    let task = ada.make("/tasks", json!({"kind": "wake", "destination": {"viewer": viewer}})).await;
    // One call for the card that it reported itself, one for the other.
    let mut macs = Vec::new();
    for _ in 0..2 {
        let call = ordered(&mut pier, "wake").await;
        let password = call.arguments.get("secure_on").map(String::as_str);
        macs.push((call.arguments["mac"].clone(), password.map(str::to_owned)));
        report(&pier, &call, CommandState::Done, 0, "").await;
    }
    macs.sort();
    assert_eq!(macs, [("00:11:22:aa:bb:02".to_owned(), None), ("00:11:22:aa:bb:cc".to_owned(), Some("192.0.2.1".to_owned()))]);
    let tried =
        until(&ada, &format!("/tasks/{task}/runs"), |list| list["items"][0]["tried"][3].is_string()).await["items"][0].clone();
    assert_eq!(tried["state"], "started");
    let words: Vec<&str> = tried["tried"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(words.contains(&"the screen \"Pier\" called 00:11:22:aa:bb:cc in its segment"), "{words:?}");
    assert_eq!(words.iter().filter(|one| one.starts_with("the server could not call 00:11:22:aa:bb:")).count(), 2, "{words:?}");
    assert!(!tried.to_string().contains("192.0.2.1"), "a password stands in no report");
    let _quay = Screen::open(&site, device, identity, holding, "").await;
    assert!(run(&ada, &task, "woke").await["text"].as_str().unwrap().starts_with("back "));
}

#[tokio::test]
async fn a_page_that_a_screen_calls_a_screenshot_is_never_shown() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let wish = json!({"kind": "screenshot", "destination": {"viewer": pier.identity.viewer}, "expires_s": 600});
    let task = ada.make("/tasks", wish).await;
    let order = ordered(&mut pier, "screenshot").await;
    let (name, mime) = ("screen.jpg".to_owned(), "text/html".to_owned());
    let bytes = b"<script>steal()</script>".to_vec();
    pier.say(Say::Attachment(v1::Attachment { command: order.id.clone(), name, mime, offset: 0, bytes, last: true })).await;
    report(&pier, &order, CommandState::Done, 100, "").await;
    run(&ada, &task, "done").await;
    assert_eq!(ada.get(&format!("/viewers/{}/screenshot", pier.identity.viewer)).await.status, 404);
}
