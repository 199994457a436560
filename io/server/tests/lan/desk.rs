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
    port: u16,
    csrf: String,
}

impl Desk {
    pub(crate) async fn set_up(link: &str) -> Self {
        Self::set_up_at(80, link).await
    }

    /// Where HTTP has another port.
    pub(crate) async fn set_up_at(port: u16, link: &str) -> Self {
        let wish = json!({
            "link": link, "name": "Harbour", "language": "en", "zone": "Europe/Berlin", "public_address": "",
            "login": "ada", "password": "a long way to the harbour", "user_name": "Ada",
        });
        Self::open(port, "/setup", &wish).await
    }

    pub(crate) async fn sign_in(login: &str, password: &str) -> Self {
        Self::open(80, "/session", &json!({"login": login, "password": password})).await
    }

    async fn open(port: u16, path: &str, wish: &Value) -> Self {
        let client = reqwest::Client::builder().cookie_store(true).no_proxy().build().unwrap();
        let mut desk = Self { client, port, csrf: String::new() };
        desk.csrf = desk.post(path, wish).await["csrf"].as_str().unwrap().to_owned();
        desk
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/api/v1{path}", self.port)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.client.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// Posts, and returns the status with what was said.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.post(self.url(path)).header("x-csrf-token", &self.csrf);
        let answer = request.json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Posts nothing, and returns the status.
    pub(crate) async fn ask_nothing(&self, path: &str) -> u16 {
        let request = self.client.post(self.url(path)).header("x-csrf-token", &self.csrf);
        request.send().await.unwrap().status().as_u16()
    }

    /// Changes members, whatever version they have.
    pub(crate) async fn change(&self, path: &str, body: &Value) -> Value {
        let request = self.client.patch(self.url(path)).header("x-csrf-token", &self.csrf).json(body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        answer.json().await.unwrap()
    }

    /// Changes members, and returns the status with what was said.
    pub(crate) async fn try_change(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.patch(self.url(path)).header("x-csrf-token", &self.csrf).json(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Puts, and returns the status with what was said.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.put(self.url(path)).header("x-csrf-token", &self.csrf).json(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// As [`Self::change`]; returns the address of the change.
    pub(crate) async fn change_dot(&self, path: &str, body: &Value) -> String {
        let request = self.client.patch(self.url(path)).header("x-csrf-token", &self.csrf).json(body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        answer.headers()["signboard-dot"].to_str().unwrap().to_owned()
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

    /// What the server answers for a file, with the status.
    pub(crate) async fn file(&self, hash: &str) -> (u16, Vec<u8>) {
        let answer = self.client.get(format!("http://127.0.0.1:{}/media/{hash}", self.port)).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }

    /// Uploads a file (tus 1.0) and returns the id of its record once it was checked.
    pub(crate) async fn upload(&self, name: &str, bytes: Vec<u8>) -> String {
        let tus = |request: reqwest::RequestBuilder| request.header("tus-resumable", "1.0.0").header("x-csrf-token", &self.csrf);
        let name = base64::prelude::Engine::encode(&base64::prelude::BASE64_STANDARD, name);
        let request = tus(self.client.post(self.url("/uploads"))).header("upload-length", bytes.len());
        let answer = request.header("upload-metadata", format!("filename {name}")).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let path = answer.headers()["location"].to_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let request = tus(self.client.patch(self.url(&path))).header("upload-offset", 0);
        let answer = request.header("content-type", "application/offset+octet-stream").body(bytes).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        loop {
            let upload = self.get(&path).await;
            if upload["state"] == "done" {
                return upload["media"].as_str().unwrap().to_owned();
            }
            assert!(upload["state"] == "checking" || upload["state"] == "receiving", "{upload}");
            tokio::task::yield_now().await;
        }
    }
}
