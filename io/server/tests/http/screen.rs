//! A screen for tests: a device with its key, and its session over a real WebSocket.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use crate::answer::Answer;
use crate::caller::Caller;

/// How long a message may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A machine with its key.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) id: Uuid,
    pub(crate) secret: String,
    pub(crate) base: String,
}

/// An open session.
pub(crate) struct Session(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Device {
    pub(crate) fn new(base: &str) -> Self {
        Self { id: Uuid::new_v4(), secret: server::now::new_secret(), base: base.to_owned() }
    }

    /// Introduces itself as a browser does.
    pub(crate) async fn introduce(&self) -> Answer {
        Caller::new(&self.base).post("/viewer/device", &json!({"device": self.id, "secret": self.secret})).await
    }

    /// Opens a session and says hello.
    pub(crate) async fn connect(&self, plan: Option<&str>) -> Session {
        let mut session = self.dial(&self.base, "cookie", &format!("signboard_device={}.{}", self.id, self.secret)).await;
        session.greet(plan, &json!({})).await;
        session
    }

    /// Opens a session at another server than the one of its page, and says hello with these members besides.
    pub(crate) async fn connect_elsewhere(&self, base: &str, plan: Option<&str>, more: &Value) -> Session {
        let claim = format!("signboard.viewer.v1, signboard.device.{}.{}", self.id, self.secret);
        let mut session = self.dial(base, "sec-websocket-protocol", &claim).await;
        session.greet(plan, more).await;
        session
    }

    async fn dial(&self, base: &str, name: &'static str, value: &str) -> Session {
        let address = format!("{}/api/v1/viewer/session", base.replace("http://", "ws://"));
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "signboard.viewer.v1".parse().unwrap());
        request.headers_mut().insert(name, value.parse().unwrap());
        let (socket, answer) = connect_async(request).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], "signboard.viewer.v1");
        Session(socket)
    }

    /// Waits for its code and lets an administrator approve it. Returns the session and the viewer's id.
    pub(crate) async fn pair(&self, ada: &Caller, name: &str) -> (Session, String) {
        assert_eq!(self.introduce().await.ok()["state"], "pending");
        let mut session = self.connect(None).await;
        let code = session.hear("pairing").await["code"].as_str().unwrap().to_owned();
        let viewer = ada.post("/devices/approve", &json!({"code": code, "name": name})).await.ok();
        assert_eq!(session.hear("welcome").await["viewer"]["name"], name);
        (session, viewer["id"].as_str().unwrap().to_owned())
    }
}

impl Session {
    async fn greet(&mut self, plan: Option<&str>, more: &Value) {
        let mut hello = json!({
            "type": "hello", "protocol": 1, "player": "test", "screen": {"width": 1920, "height": 1080},
            "storage": {"level": "persistent", "quota": 1_000_000, "used": 10}, "sound": "ok",
            "user_agent": "a test", "plan": plan,
        });
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(hello).await;
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message of this type; others are left out.
    pub(crate) async fn hear(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("the session ended before {kind}"));
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// The next message; none when the session ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("nothing came for long") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The rows that a plan plays from now on.
    pub(crate) fn rows(plan: &Value) -> Vec<Value> {
        let (slots, now) = (plan["slots"].as_array().unwrap(), plan["made_at"].as_i64().unwrap());
        slots.iter().filter(|slot| slot["until"].as_i64().unwrap() > now).map(|slot| slot["row"].clone()).collect()
    }
}
