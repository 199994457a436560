//! Secrets planted on purpose must not come out anywhere: answers, events, audit, description, logs, database.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::desk::{presentation, row};
use crate::screen::Device;
use crate::server::{PASSWORD, Site};

/// The password of a network card, and its bytes.
const SECURE_ON: (&str, [u8; 6]) = ("d6:ad:be:ef:7f:17", [0xd6, 0xad, 0xbe, 0xef, 0x7f, 0x17]);

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every call that reads, found in the description itself, so that a new one cannot be forgotten. Except the stream of events, which
/// never ends, and the doctor, who sends packets to the network of whoever runs this.
fn readers(known: &[(&str, String)]) -> Vec<String> {
    let description: serde_json::Value = serde_json::from_str(&server::http::openapi_json()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let left_out = ["/api/v1/events", "/api/v1/network/findings"];
    let readable = paths.iter().filter(|(path, calls)| calls.get("get").is_some() && !left_out.contains(&path.as_str()));
    let mut found = Vec::new();
    for path in readable.map(|(path, _)| path.strip_prefix("/api/v1").unwrap()) {
        let noun = path.split('/').nth(1).unwrap();
        let ids = known.iter().filter(|(kind, _)| *kind == noun).map(|(_, id)| id.as_str());
        match path.contains('{') {
            true => found.extend(ids.map(|id| path.replace("{id}", id).replace("{dot}", id))),
            false => found.push(path.to_owned()),
        }
    }
    found
}

#[tokio::test(flavor = "current_thread")]
async fn planted_secrets_come_out_nowhere() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());

    let (site, ada) = Site::set_up(&[]).await;
    let link = site.link();
    let canary = "canary password 7f3a";
    let wish = json!({"login": "bob", "name": "Bob", "password": canary});
    let bob = ada.post("/users", &wish).await.created()["id"].as_str().unwrap().to_owned();
    let token = ada.post("/tokens", &json!({"name": "t", "role": "editor"})).await.created();
    let (token_id, token) = (token["id"].as_str().unwrap().to_owned(), token["secret"].as_str().unwrap().to_owned());
    ada.program(&token).get("/viewers").await.ok();
    let device = Device::new(&site.base);
    let (mut session, viewer) = device.pair(&ada, "Pier").await;
    session.hear("plan").await;
    let made = ada.post("/network-cards", &json!({"viewer": viewer, "mac": "52:54:00:7f:3a:01", "secure_on": SECURE_ON.0})).await;
    let card = made.created()["id"].as_str().unwrap().to_owned();
    let line = json!([{"viewer": "Pier", "mac": "52:54:00:7f:3a:02", "secure_on": SECURE_ON.0}]);
    let taken = ada.post("/network-cards/list", &line).await;
    assert_eq!(taken.ok()["made"], 1);
    let changed = ada.patch(&format!("/network-cards/{card}"), &json!({"mac": "52:54:00:7f:3a:03"})).await;
    changed.ok();
    let refused =
        ada.post("/network-cards", &json!({"viewer": viewer, "mac": "52:54:00:7f:3a:04", "secure_on": "canary 81"})).await;
    refused.refused(422, "invalid", "secure_on");
    let account = json!({"host": "localhost", "sender": "signs@example.org", "user": "signs", "password": "canary mail 41d"});
    let account = ada.patch("/mail-account", &account).await;
    let hook = json!({"name": "Desk", "address": {"webhook": "http://127.0.0.1:9/"}, "key": "canary hook key 9e2"});
    let hooked = ada.post("/recipients", &hook).await;
    let recipient = hooked.created()["id"].as_str().unwrap().to_owned();
    assert_eq!((&account.ok()["has_password"], &hooked.json()["has_key"]), (&json!(true), &json!(true)));
    let told = ada.post("/notify/test", &json!({"recipient": recipient})).await;
    assert_eq!(told.ok()["ok"], false);
    let shown = presentation(&ada, "Welcome").await;
    let schedule = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    let dot = ada.patch(&format!("/users/{bob}"), &json!({"name": "Robert"})).await.header("signboard-dot").unwrap().to_owned();
    site.stranger().post("/session", &json!({"login": "bob", "password": "canary guess 55"})).await.refused(
        401,
        "sign_in_failed",
        "",
    );
    ada.put(&format!("/users/{bob}/password"), &json!({"password": "canary second 19c"})).await.done();

    ada.patch("/enrolment", &json!({"password": "canary viewers 3d2"})).await.ok();
    let enrolment =
        ada.post("/enrolment-tokens", &json!({"name": "hall"})).await.created()["secret"].as_str().unwrap().to_owned();
    let authority = site.app.core.state().authorities.iter().next().unwrap().1.value.key.clone();
    assert!(authority.starts_with("-----BEGIN PRIVATE KEY-----"));
    let authority = authority.lines().nth(1).unwrap().to_owned();

    let hashes: Vec<String> = {
        let state = site.app.core.state();
        let identities = state.identities.iter().map(|(_, held)| held.value.password_hash.clone());
        let tokens = state.tokens.iter().map(|(_, held)| held.value.secret_hash.clone());
        let devices = state.devices.iter().map(|(_, held)| held.value.secret_hash.clone());
        let enrolment = state.enrolment_tokens.iter().map(|(_, held)| held.value.secret_hash.clone());
        identities.chain(tokens).chain(devices).chain(enrolment).collect()
    };
    assert_eq!(hashes.len(), 5);
    let csrf = ada.headers["x-csrf-token"].to_str().unwrap().to_owned();
    let plain =
        [canary, "canary second 19c", "canary guess 55", PASSWORD, &token, &device.secret, &link, SECURE_ON.0, "canary 81"];
    let plain = plain.into_iter().chain(["canary mail 41d", "canary hook key 9e2", "canary viewers 3d2", &enrolment, &authority]);
    let secrets: Vec<&str> = plain.chain(hashes.iter().map(String::as_str)).chain(["$argon2"]).collect();
    let clean = |place: &str, text: &str| {
        for secret in &secrets {
            assert!(!text.contains(secret), "{place} holds {secret}: {text}");
        }
    };

    for answer in [made, taken, changed, refused, account, hooked, told] {
        clean("answer about something with a secret", &answer.text());
    }
    let revision = ada.ids("/revisions").await.remove(0);
    let known = [
        ("users", bob),
        ("recipients", recipient),
        ("tokens", token_id),
        ("devices", device.id.to_string()),
        ("network-cards", card),
        ("viewers", viewer),
        ("presentations", shown),
        ("revisions", revision),
        ("schedules", schedule),
        ("changes", dot),
        ("grants", ada.ids("/grants").await.remove(0)),
        ("priorities", ada.ids("/priorities").await.remove(0)),
    ];
    let readers = readers(&known);
    assert!(readers.len() > 40, "{readers:?}");
    let now = server::now::now_ms();
    for path in &readers {
        let path = if path.ends_with("/timetable") { format!("{path}?from={now}&until={}", now + 1_000) } else { path.clone() };
        let answer = ada.get(&path).await;
        assert!(answer.status < 400 || answer.status == 404, "{path}: {}", answer.text());
        clean(&path, &answer.text());
        if path != "/session" {
            assert!(!answer.text().contains(&csrf), "{path}");
        }
    }
    // The whole log again as events.
    let incarnation = site.app.core.incarnation();
    let events = ada.with("last-event-id", &format!("{incarnation}:0")).request(reqwest::Method::GET, "/events");
    let mut events = events.send().await.unwrap();
    let mut text = String::new();
    while !text.contains(&format!("id: {incarnation}:{}", site.app.core.end())) {
        text.push_str(std::str::from_utf8(&events.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert!(text.contains("event: change"));
    clean("events", &text);
    drop(events);
    clean("openapi", &server::http::openapi_json());
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.len() > 1_000, "the log was not caught");
    clean("log", &logged);

    drop((session, ada));
    let data = site.stop().await;
    let mut left = vec![data.path().to_owned()];
    let mut read = 0;
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let Ok(bytes) = std::fs::read(&path) else { continue };
        read += bytes.len();
        for secret in secrets.iter().map(|secret| secret.as_bytes()).chain([&SECURE_ON.1[..]]) {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{} holds {}", path.display(), secret.escape_ascii());
        }
    }
    assert!(read > 100_000);
}
