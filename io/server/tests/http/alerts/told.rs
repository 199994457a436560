//! Programs are told by signed requests: whatever happens, at least once.

use std::time::Duration;

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{impatient, incomplete, open, until};
use crate::caller::Caller;
use crate::server::{PASSWORD, Site};

const KEY: &str = "a key that both know";

async fn hook(ada: &Caller, url: &str) -> String {
    ada.make("/recipients", json!({"name": "Desk", "address": {"webhook": url}, "key": KEY})).await
}

#[tokio::test]
async fn a_program_is_told_of_raising_and_clearing_by_signed_requests() {
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    let mut receiver = Receiver::on(0).await;
    let desk = hook(&ada, &receiver.url()).await;
    let recipient = ada.get(&format!("/recipients/{desk}")).await.ok();
    assert_eq!((&recipient["has_key"], recipient.get("key")), (&json!(true), None));
    let hall = ada.make("/groups", json!({"name": "Hall"})).await;
    let elsewhere = json!({
        "name": "Elsewhere", "address": {"webhook": receiver.url()}, "key": "another key that both know", "destination": {"group": hall},
    });
    ada.make("/recipients", elsewhere).await;
    let (mut session, viewer, plan) = incomplete(&site.base, &ada, "Pier").await;
    let request = receiver.next().await;
    assert!(request.is_signed_with(KEY) && !request.is_signed_with("another key that both know"));
    let raised = request.json();
    assert_eq!(request.headers["signboard-id"], raised["id"].as_str().unwrap());
    assert_eq!((&raised["event"], &raised["alert"]["kind"]), (&json!("alert.raised"), &json!("content")));
    assert_eq!((&raised["alert"]["viewer"]["id"], &raised["installation"]["name"]), (&json!(viewer), &json!("Harbour")));
    assert_eq!(raised["text"], "Pier cannot complete what it should play");
    session.say(json!({"type": "received", "plan": plan})).await;
    let cleared = receiver.next().await.json();
    assert_eq!((&cleared["event"], &cleared["alert"]["id"]), (&json!("alert.cleared"), &raised["alert"]["id"]));
    assert!(cleared["alert"]["cleared"].is_i64());
    let last = until(&ada, "/notify/deliveries", |list| list.as_array().unwrap().len() == 1).await;
    assert_eq!((&last[0]["recipient"], &last[0]["ok"], &last[0]["text"]), (&json!(desk), &json!(true), &json!("204 No Content")));
    assert!(receiver.is_empty(), "who wants only a group hears of no other screen");
}

#[tokio::test]
async fn a_message_outlives_the_receiver_and_the_server() {
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    let receiver = Receiver::on(0).await;
    // That the screen is away after the restart is another story.
    ada.patch("/alert-rules", &json!({"offline": {"on": false}})).await.ok();
    let (url, port) = (receiver.url(), receiver.address.port());
    drop(receiver);
    let desk: domain::id::RecipientId = hook(&ada, &url).await.parse().unwrap();
    let (session, _, _) = incomplete(&site.base, &ada, "Pier").await;
    let failed = until(&ada, "/notify/deliveries", |list| list[0]["ok"] == json!(false)).await;
    assert!(failed[0]["text"].as_str().unwrap().starts_with("no connection"), "{failed}");
    let alert = open(&ada, "content").await;
    drop((session, ada));

    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", PASSWORD).await;
    let mut receiver = Receiver::on(port).await;
    receiver.answer(500);
    let first = receiver.next().await;
    assert_eq!(first.json()["alert"]["id"], alert["id"]);
    until(&ada, "/notify/deliveries", |list| list[0]["text"] == "500 Internal Server Error: noted").await;
    receiver.answer(200);
    let again = receiver.next().await;
    assert_eq!(again.headers["signboard-id"], first.headers["signboard-id"], "a repetition is known by its id");
    assert!(again.is_signed_with(KEY));
    until(&ada, "/notify/deliveries", |list| list[0]["ok"] == json!(true)).await;
    let left = site.app.core.store().facts().due(&server::notify::topic(desk), i64::MAX, 10).await.unwrap();
    let about = |kind: &str| left.iter().filter(|message| message.body["alert"]["kind"] == kind).count();
    assert_eq!(about("content"), 0, "{left:?}");
}

#[tokio::test]
async fn a_test_says_what_the_other_end_said_and_follows_no_redirection() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut receiver = Receiver::on(0).await;
    let desk = hook(&ada, &receiver.url()).await;
    let test = async || ada.post("/notify/test", &json!({"recipient": desk})).await.ok();
    receiver.answer(200);
    let said: Value = test().await;
    assert_eq!((&said["ok"], &said["text"]), (&json!(true), &json!("200 OK: noted")));
    let request = receiver.next().await;
    assert!(request.is_signed_with(KEY));
    assert_eq!((&request.json()["event"], &request.json()["alert"]), (&json!("test"), &json!(null)));
    receiver.answer(307);
    let said = test().await;
    assert_eq!(said["ok"], false);
    assert!(said["text"].as_str().unwrap().contains("redirections are not followed"), "{said}");
    assert_eq!(receiver.next().await.json()["event"], "test");
    drop(receiver);
    let said = test().await;
    assert!(said["text"].as_str().unwrap().starts_with("no connection"), "{said}");
    let missing = json!({"recipient": "00000000-0000-0000-0000-000000000001"});
    ada.post("/notify/test", &missing).await.refused(404, "not_found", "");

    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", silent.local_addr().unwrap());
    ada.patch(&format!("/recipients/{desk}"), &json!({"address": {"webhook": url}})).await.ok();
    let said = tokio::time::timeout(Duration::from_secs(30), test()).await.unwrap();
    assert_eq!((&said["ok"], &said["text"]), (&json!(false), &json!("no answer in time: operation timed out")));
    site.stop().await;
}

#[tokio::test]
async fn one_that_never_answers_holds_up_nobody_else_and_is_named() {
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    // It takes connections and says nothing.
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let dead = hook(&ada, &format!("http://{}/hook", silent.local_addr().unwrap())).await;
    let mut receiver = Receiver::on(0).await;
    hook(&ada, &receiver.url()).await;
    let (mut session, _, plan) = incomplete(&site.base, &ada, "Pier").await;
    assert_eq!(receiver.next().await.json()["event"], "alert.raised");
    session.say(json!({"type": "received", "plan": plan})).await;
    assert_eq!(receiver.next().await.json()["event"], "alert.cleared");
    let of = |list: &Value, id: &str| list.as_array().unwrap().iter().find(|one| one["recipient"] == id).cloned();
    let named = until(&ada, "/notify/deliveries", |list| of(list, &dead).is_some_and(|one| one["waiting"] == 2)).await;
    let dead = of(&named, &dead).unwrap();
    assert_eq!(dead["ok"], json!(false), "{dead}");
    assert!(dead["failing_since"].is_i64() && dead["text"].as_str().unwrap().starts_with("no answer"), "{dead}");
}
