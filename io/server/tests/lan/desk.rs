//! Somebody who works with a server of the lab through its API.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::lab::Host;

use crate::running::PATIENCE;

/// Runs on a host until it is done.
pub(crate) fn on<T: Send>(host: &Host, work: impl Future<Output = T> + Send) -> T {
    host.enter(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work))
}

/// A person at the server's own machine: the administrator, and those whom the administrator lets in.
pub(crate) struct Desk {
    client: reqwest::Client,
    csrf: String,
}

impl Desk {
    pub(crate) async fn set_up(link: &str) -> Self {
        let wish = json!({
            "link": link, "name": "Harbour", "language": "en", "zone": "Europe/Berlin", "public_address": "",
            "login": "ada", "password": "a long way to the harbour", "user_name": "Ada",
        });
        Self::open("/setup", &wish).await
    }

    pub(crate) async fn sign_in(login: &str, password: &str) -> Self {
        Self::open("/session", &json!({"login": login, "password": password})).await
    }

    async fn open(path: &str, wish: &Value) -> Self {
        let client = reqwest::Client::builder().cookie_store(true).no_proxy().build().unwrap();
        let mut desk = Self { client, csrf: String::new() };
        desk.csrf = desk.post(path, wish).await["csrf"].as_str().unwrap().to_owned();
        desk
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.client.get(format!("http://127.0.0.1/api/v1{path}")).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// Posts, and returns the status with what was said.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.post(format!("http://127.0.0.1/api/v1{path}")).header("x-csrf-token", &self.csrf);
        let answer = request.json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Makes one and returns its id.
    pub(crate) async fn make(&self, noun: &str, body: Value) -> String {
        self.post(noun, &body).await["id"].as_str().unwrap().to_owned()
    }

    /// Lets a task wake the screen, and returns how that ended.
    pub(crate) async fn wake(&self, viewer: &Value) -> Value {
        let task = self.post("/tasks", &json!({"kind": "wake", "destination": {"viewer": viewer}})).await;
        let path = format!("/tasks/{}/runs", task["id"].as_str().unwrap());
        let end = Instant::now() + PATIENCE;
        loop {
            let run = self.get(&path).await["items"][0].clone();
            if run["ended"].is_i64() {
                return run;
            }
            assert!(Instant::now() < end, "the run did not end: {run}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
