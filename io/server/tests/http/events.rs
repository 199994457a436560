//! Live events: in the order of the log, resumed without a gap, and only of what one may see.

use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::server::Site;

/// A stream of Server-Sent Events as a browser reads it.
struct Events {
    response: futures::stream::BoxStream<'static, reqwest::Result<Vec<u8>>>,
    buffer: String,
    last_id: Option<String>,
}

impl Events {
    async fn open(caller: &Caller, last: Option<&str>) -> Self {
        let caller = last.map_or_else(|| caller.clone(), |last| caller.with("last-event-id", last));
        let response = caller.request(reqwest::Method::GET, "/events").send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let response = response.bytes_stream().map(|chunk| chunk.map(|bytes| bytes.to_vec())).boxed();
        Self { response, buffer: String::new(), last_id: None }
    }

    /// The next event with its name and data. Comments and lone ids are taken in on the way.
    async fn next(&mut self) -> (String, Value) {
        loop {
            while let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                self.last_id = field("id:").map(str::to_owned).or(self.last_id.take());
                if let Some(data) = field("data:") {
                    let name = field("event:").unwrap_or("message");
                    return (name.to_owned(), serde_json::from_str(data).unwrap());
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.response.next()).await.expect("no event came");
            self.buffer.push_str(std::str::from_utf8(&chunk.unwrap().unwrap()).unwrap());
        }
    }

    async fn change(&mut self) -> Value {
        loop {
            let (name, data) = self.next().await;
            if name != "live" {
                assert_eq!(name, "change");
                return data;
            }
        }
    }

    /// Reads until the stream has told its place.
    async fn place(&mut self) -> String {
        let chunk = tokio::time::timeout(Duration::from_secs(20), self.response.next()).await.expect("nothing came");
        let text = String::from_utf8(chunk.unwrap().unwrap()).unwrap();
        let id = text.lines().find_map(|line| line.strip_prefix("id:"));
        id.unwrap_or_else(|| panic!("no place in {text}")).trim().to_owned()
    }
}

#[tokio::test]
async fn changes_come_in_order_and_resume_without_a_gap() {
    let (_site, ada) = Site::set_up(&[]).await;
    let mut events = Events::open(&ada, None).await;
    let user = ada.get("/session").await.ok()["user"]["id"].clone();
    let made = ada.post("/viewers", &json!({"name": "Pier"})).await;
    let path = format!("/viewers/{}", made.json()["id"].as_str().unwrap());
    let first = events.change().await;
    assert_eq!(
        first,
        json!({
            "kind": "viewer", "id": made.json()["id"], "dot": made.header("signboard-dot").unwrap(), "author": user, "action": "insert",
        })
    );
    ada.patch(&path, &json!({"name": "Pier 3"})).await.ok();
    assert_eq!(events.change().await["action"], "update");
    let seen = events.last_id.clone().unwrap();
    drop(events);

    let mut dots = Vec::new();
    for n in 0..5 {
        dots.push(ada.patch(&path, &json!({"name": format!("Pier {n}")})).await.header("signboard-dot").unwrap().to_owned());
    }
    let mut resumed = Events::open(&ada, Some(&seen)).await;
    for dot in &dots {
        assert_eq!(resumed.change().await["dot"], json!(dot));
    }
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    assert_eq!(resumed.change().await["id"], json!(group));
}

#[tokio::test]
async fn a_stream_that_breaks_before_its_first_event_can_resume_too() {
    let (_site, ada) = Site::set_up(&[]).await;
    let place = Events::open(&ada, None).await.place().await;
    let missed = ada.make("/groups", json!({"name": "Hall"})).await;
    assert_eq!(Events::open(&ada, Some(&place)).await.change().await["id"], json!(missed));
}

#[tokio::test]
async fn an_unknown_place_is_answered_with_resync() {
    let (site, ada) = Site::set_up(&[]).await;
    let incarnation = site.app.core.incarnation();
    for last in ["x", "0:0:0", "99999:1", &format!("{incarnation}:999999"), &format!("{incarnation}:-1"), ""] {
        let mut events = Events::open(&ada, Some(last)).await;
        assert_eq!(events.next().await.0, "resync", "{last:?}");
        let group = ada.make("/groups", json!({"name": format!("Hall {last}")})).await;
        assert_eq!(events.change().await["id"], json!(group));
    }
}

#[tokio::test]
async fn what_came_as_a_state_and_not_as_entries_is_answered_with_resync() {
    let (site, ada) = Site::set_up(&[]).await;
    let place = Events::open(&ada, None).await.place().await;
    let (store, installation) = (site.app.core.store(), site.app.core.store().standing().installation);
    let mut state = Vec::new();
    store.snapshot(installation, &mut state).await.unwrap();
    site.app.core.join(installation, std::io::Cursor::new(state)).await.unwrap();
    assert_eq!(Events::open(&ada, Some(&place)).await.next().await.0, "resync");
}

#[tokio::test]
async fn events_are_only_of_what_one_may_see() {
    let (site, ada) = Site::set_up(&[]).await;
    let own = ada.make("/folders", json!({"name": "Quay"})).await;
    let bob = site.person(&ada, "bob", &[("editor", json!({"folder": own}))]).await;
    let mut events = Events::open(&bob, None).await;
    ada.make("/viewers", json!({"name": "Pier"})).await;
    ada.make("/playlists", json!({"name": "Top"})).await;
    ada.token("observer").await;
    ada.post("/users", &json!({"login": "eve", "name": "Eve", "password": "long enough it is"})).await.created();
    let mine = ada.make("/playlists", json!({"name": "Mine", "folder": own})).await;
    assert_eq!(events.change().await["id"], json!(mine), "nothing that came before it is his");
}

#[tokio::test]
async fn live_events_tell_of_one_s_own_uploads_and_of_waiting_devices() {
    let (site, ada) = Site::set_up(&[]).await;
    let bob = site.person(&ada, "bob", &[("editor", json!("all"))]).await;
    let (mut hers, mut his) = (Events::open(&ada, None).await, Events::open(&bob, None).await);
    let done = crate::uploads::upload(&bob, "a.png", &crate::desk::png(4, 4, [1, 2, 3]), None).await;
    loop {
        let (name, data) = his.next().await;
        if name == "live" && data["uploads"].as_array().is_some_and(|ids| ids.contains(&done["id"])) {
            break;
        }
    }
    crate::screen::Device::new(&site.base).introduce().await.ok();
    loop {
        let (name, data) = hers.next().await;
        assert!(data.get("uploads").is_none(), "the upload is not hers: {data}");
        if name == "live" && data["pending"] == true {
            break;
        }
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_session_and_does_not_hold_the_server_up() {
    let (site, ada) = Site::set_up(&[]).await;
    let bob = site.person(&ada, "bob", &[("observer", json!("all"))]).await;
    let mut his = Events::open(&bob, None).await;
    his.place().await;
    bob.delete("/session").await.done();
    ada.make("/groups", json!({"name": "Hall"})).await;
    let ended = async {
        while let Some(Ok(chunk)) = his.response.next().await {
            let text = String::from_utf8(chunk).unwrap();
            assert!(!text.contains("change"), "{text}");
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("the stream went on after signing out");

    let mut hers = Events::open(&ada, None).await;
    hers.place().await;
    let start = std::time::Instant::now();
    site.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
