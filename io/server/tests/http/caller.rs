//! Somebody who calls the API: a browser with its cookie and CSRF token, a program with its token, or a stranger.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::server::PASSWORD;

/// A caller. Its calls are relative to `/api/v1`.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) base: String,
    pub(crate) client: reqwest::Client,
    pub(crate) headers: HeaderMap,
}

impl Caller {
    /// A stranger with an empty cookie jar.
    pub(crate) fn new(base: &str) -> Self {
        let client = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self { base: base.to_owned(), client: client.build().unwrap(), headers: HeaderMap::new() }
    }

    /// The same caller with one more header on every call.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
        caller
    }

    /// A program with a token and no cookie.
    pub(crate) fn program(&self, token: &str) -> Self {
        Self::new(&self.base).with("authorization", &format!("Bearer {token}"))
    }

    /// Sets the installation up as Ada and signs in.
    pub(crate) async fn set_up(&self, link: &str) -> Self {
        let wish = json!({
            "link": link, "name": "Harbour", "language": "en", "zone": "Europe/Berlin", "public_address": "",
            "login": "ada", "password": PASSWORD, "user_name": "Ada",
        });
        let csrf = self.post("/setup", &wish).await.created()["csrf"].as_str().unwrap().to_owned();
        self.with("x-csrf-token", &csrf)
    }

    /// Signs in.
    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> Self {
        let answer = self.post("/session", &json!({"login": login, "password": password})).await;
        let csrf = answer.ok()["csrf"].as_str().unwrap().to_owned();
        self.with("x-csrf-token", &csrf)
    }

    /// A token of the caller's own.
    pub(crate) async fn token(&self, role: &str) -> String {
        let wish = json!({"name": format!("for {role}"), "role": role});
        self.post("/tokens", &wish).await.created()["secret"].as_str().unwrap().to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}/api/v1{path}", self.base) };
        self.client.request(method, url).headers(self.headers.clone())
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// `POST` without a body.
    pub(crate) async fn act(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Makes one and returns its id.
    pub(crate) async fn make(&self, noun: &str, body: Value) -> String {
        self.post(noun, &body).await.created()["id"].as_str().unwrap().to_owned()
    }

    /// The ids of a list.
    pub(crate) async fn ids(&self, path: &str) -> Vec<String> {
        let list = self.get(path).await.ok();
        list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }
}
