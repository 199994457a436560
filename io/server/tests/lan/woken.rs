//! A screen that hears the call and connects woke; one that does not gave no answer. By a task and by `signboard wake NAME --test`.

use std::sync::mpsc;
use std::thread::JoinHandle;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use testkit::lab::{Capture, Host, Lab};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use uuid::Uuid;

use crate::desk::{Desk, on};
use crate::running::{PATIENCE, Running, Town, signboard};
use crate::servers::pair_on;

const MAC: &str = "00:11:22:aa:bb:cc";

/// A machine that sleeps.
#[derive(Clone)]
pub(crate) struct Screen {
    device: Uuid,
    secret: String,
    server: String,
}

impl Screen {
    /// One that nobody has seen yet. `server` is where it finds its server.
    pub(crate) fn new(server: String) -> Self {
        Self { device: Uuid::new_v4(), secret: "5e".repeat(32), server }
    }

    /// What it alone and the server know.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    pub(crate) async fn introduce(&self) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(format!("http://{}/api/v1/viewer/device", self.server));
        let answer = request.json(&json!({"device": self.device, "secret": self.secret})).send().await.unwrap();
        assert_eq!(answer.json::<Value>().await.unwrap()["state"], "pending");
    }

    /// Connects, and stays until it is told to go.
    pub(crate) async fn stay(&self, go: mpsc::Receiver<()>) {
        let mut request = format!("ws://{}/api/v1/viewer/session", self.server).into_client_request().unwrap();
        request.headers_mut().insert("cookie", format!("signboard_device={}.{}", self.device, self.secret).parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", "signboard.viewer.v1".parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        socket.send(Message::text(json!({"type": "hello", "protocol": 1, "player": "test"}).to_string())).await.unwrap();
        let told = tokio::task::spawn_blocking(move || go.recv());
        let talk = async {
            while let Some(Ok(_)) = socket.next().await {
                socket.send(Message::text(json!({"type": "ping"}).to_string())).await.unwrap();
            }
        };
        tokio::select! {
            _ = told => {}
            () = talk => {}
        }
    }

    /// Sleeps on its host until a magic packet for its card comes, then connects.
    fn sleep(&self, host: &Host) -> (JoinHandle<()>, mpsc::Sender<()>) {
        let capture = host.capture("eth0").unwrap();
        let (go, told) = mpsc::channel();
        let screen = self.clone();
        let thread = host.spawn(move || {
            hear(&capture);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(screen.stay(told));
        });
        (thread, go)
    }
}

/// Waits for the call: six bytes of ones, then the card's address again and again.
fn hear(capture: &Capture) {
    let call: Vec<u8> = [[0xff; 6], [0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc]].concat();
    let is_call = |frame: &[u8]| frame.windows(call.len()).any(|window| window == call);
    assert!(capture.find(PATIENCE, is_call).unwrap().is_some(), "nothing called the card");
}

#[test]
fn lab_a_screen_that_hears_the_call_woke_and_one_that_does_not_gave_no_answer() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let running = Running::start(&town.server, &["wake.patience-seconds=8"])?;
    let line = running.program.wait_for("/setup?link=", PATIENCE)?;
    let link = line.split_once("link=").unwrap().1.trim().to_owned();
    let screen = Screen::new(town.address());
    on(&town.screen, screen.introduce());
    let desk = on(&town.server, Desk::set_up(&link));
    let viewer = on(&town.server, async {
        let code = desk.get("/devices/pending").await[0]["code"].clone();
        let viewer = desk.post("/devices/approve", &json!({"code": code, "name": "Pier"})).await["id"].clone();
        desk.post("/network-cards", &json!({"viewer": viewer, "mac": MAC})).await;
        viewer
    });

    let silent = on(&town.server, desk.wake(&viewer));
    assert_eq!(silent["state"], "no_answer", "{silent}");
    assert_eq!(silent["tried"], json!([format!("the server called {MAC} on UDP 9 and 7 over eth0")]), "{silent}");

    let (thread, go) = screen.sleep(&town.screen);
    let data = running.data.path().to_str().unwrap();
    let woke = signboard(&town.server, &["wake", "Pier", "--test", "--data", data]);
    assert_eq!(woke.code, 0, "{woke:?}");
    for part in [
        "Pier will be called, and may take 8 s to come back:",
        "a magic packet to 00:11:22:aa:bb:cc",
        "by the server, on UDP 9 and 7",
        "the server called 00:11:22:aa:bb:cc on UDP 9 and 7 over eth0",
        "Pier woke: it is connected",
    ] {
        assert!(woke.out.contains(part), "{part}\n{woke:?}");
    }
    go.send(())?;
    thread.join().unwrap();

    let silent = signboard(&town.server, &["wake", "Pier", "--test", "--data", data]);
    assert_eq!(silent.code, 69, "{silent:?}");
    assert!(silent.out.contains("Pier will be called") && silent.err.contains("Pier: no answer within 8 s"), "{silent:?}");

    let (thread, go) = screen.sleep(&town.screen);
    let woke = on(&town.server, desk.wake(&viewer));
    assert_eq!(woke["state"], "woke", "{woke}");
    assert!(woke["text"].as_str().unwrap().starts_with("back "), "{woke}");
    go.send(())?;
    thread.join().unwrap();

    let wrong = signboard(&town.server, &["wake", MAC, "--test", "--data", data]);
    assert!(wrong.code == 64 && wrong.err.contains("give the name of a screen"), "{wrong:?}");
    Ok(())
}

/// Main and the machine that sleeps stand in two segments, and the sub server in both. What arrives in the second one is the sub server's.
#[test]
fn lab_a_sub_server_calls_the_screen_that_main_does_not_reach() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (office, pier) = (lab.segment()?, lab.segment()?);
    let (sub, sleeper) = (pier.host("sub")?, pier.host("screen")?);
    // By these they come to Main, and no further.
    let _ways = [sub.plug(&office, "eth1")?, sleeper.plug(&office, "eth1")?];
    let (main, ada, sub, _bob, _) = pair_on(office.host("main")?, sub)?;
    let screen = Screen::new(main.host.card().ipv4().to_string());
    on(&sleeper, screen.introduce());
    on(&main.host, async {
        let code = ada.get("/devices/pending").await[0]["code"].clone();
        let viewer = ada.post("/devices/approve", &json!({"code": code, "name": "Quay"})).await["id"].clone();
        ada.post("/network-cards", &json!({"viewer": viewer, "mac": MAC})).await;
    });

    let (thread, go) = screen.sleep(&sleeper);
    let woke = main.command(&["wake", "Quay", "--test"]);
    assert_eq!(woke.code, 0, "{woke:?}");
    for part in [
        "by the server \"Pier\", in its segment".to_owned(),
        format!("the server called {MAC} on UDP 9 and 7 over eth0"),
        format!("the server \"Pier\" called {MAC} on UDP 9 and 7 over eth0, eth1"),
        "Quay woke: it is connected".to_owned(),
    ] {
        assert!(woke.out.contains(&part), "{part}\n{woke:?}");
    }
    go.send(())?;
    thread.join().unwrap();
    drop(sub);
    Ok(())
}
