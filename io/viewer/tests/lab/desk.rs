//! An administrator's desk: the HTTP API of the server, called by curl on the server's own host.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use base64::prelude::{BASE64_STANDARD as STANDARD, Engine as _};
use serde_json::{Value, json};
use testkit::lab::Host;

use crate::town::PATIENCE;

/// Somebody with an API token.
pub(crate) struct Desk<'a> {
    host: &'a Host,
    token: String,
}

impl<'a> Desk<'a> {
    /// Sets the installation up with the secret of its link, and makes an API token.
    pub(crate) fn set_up(host: &'a Host, link: &str) -> anyhow::Result<Self> {
        Self::set_up_as(host, link, "Harbour")
    }

    /// The same for an installation of another name.
    pub(crate) fn set_up_as(host: &'a Host, link: &str, name: &str) -> anyhow::Result<Self> {
        let cookies = tempfile::NamedTempFile::new()?;
        let jar = cookies.path().to_str().context("the temporary folder's name is UTF-8")?;
        let wanted = json!({
            "link": link, "name": name, "language": "en", "zone": "Europe/Amsterdam", "public_address": "",
            "login": "ada", "password": "a long enough password", "user_name": "Ada",
        });
        let session = curl(host, "POST", "/setup", &["--cookie-jar", jar], Some(&wanted))?;
        let csrf = format!("X-CSRF-Token: {}", session["csrf"].as_str().context("set-up signs in")?);
        let wanted = json!({"name": "lab", "role": "administrator"});
        let token = curl(host, "POST", "/tokens", &["--cookie", jar, "--header", &csrf], Some(&wanted))?;
        let token = token["secret"].as_str().with_context(|| format!("a new token is told: {token}"))?.to_owned();
        Ok(Self { host, token })
    }

    /// The same person at another server of the installation.
    pub(crate) fn at(&self, host: &'a Host) -> Self {
        Self { host, token: self.token.clone() }
    }

    /// Any call; the answer's JSON, null where there is none.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        self.call_with(method, path, &[], body)
    }

    /// `GET`.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call("GET", path, None)
    }

    /// Uploads a file of that name in one piece (tus 1.0), and returns the id of its record once it was checked.
    pub(crate) fn upload(&self, name: &str, bytes: &[u8]) -> anyhow::Result<String> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), bytes)?;
        let data = format!("@{}", file.path().display());
        let length = format!("Upload-Length: {}", bytes.len());
        let known = format!("Upload-Metadata: filename {}", STANDARD.encode(name));
        let whole = ["Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream", &length, &known];
        let words: Vec<&str> = whole.iter().flat_map(|line| ["--header", line]).chain(["--data-binary", &data]).collect();
        self.call_with("POST", "/uploads", &words, None)?;
        self.until("the upload was checked", || Ok(self.get("/uploads")?[0]["media"].as_str().map(ToOwned::to_owned)))
    }

    /// Shows a picture or a film on every screen, from 2020 on.
    pub(crate) fn show_media(&self, media: &str) -> anyhow::Result<()> {
        let row = json!({
            "content": {"media": media}, "destination": "all",
            "when": {"from": "2020-01-01T00:00:00", "until": null, "zone": null, "recurrence": null},
        });
        self.call("POST", "/schedules", Some(&row)).map(drop)
    }

    /// Publishes a presentation of one page in one colour, and returns its id.
    pub(crate) fn colour(&self, name: &str, colour: &str) -> anyhow::Result<String> {
        let made = self.call("POST", "/presentations", Some(&json!({"name": name})))?;
        let id = made["id"].as_str().context("what is made has an id")?.to_owned();
        self.repaint(&id, "none", colour)?;
        Ok(id)
    }

    /// Publishes a presentation in another colour than it has now.
    pub(crate) fn change(&self, id: &str, colour: &str) -> anyhow::Result<()> {
        let found = self.get(&format!("/presentations/{id}"))?;
        self.repaint(id, found["draft"].as_str().context("what was published has a draft")?, colour)
    }

    /// Publishes a presentation in another colour. `version` is the draft's.
    fn repaint(&self, id: &str, version: &str, colour: &str) -> anyhow::Result<()> {
        let body = json!({
            "version": 1,
            "canvas": {"width": 1920, "height": 1080, "background": colour},
            "pages": [{
                "id": "p1", "name": "One", "duration_ms": 5000, "transition": {"kind": "cut", "ms": 0},
                "elements": [{"id": "e1", "kind": "clock", "frame": {"x": 1500, "y": 900, "w": 400, "h": 150}}],
            }],
        });
        let held = format!("If-Match: \"{version}\"");
        self.call_with("PUT", &format!("/presentations/{id}/draft"), &["--header", &held], Some(&body))?;
        self.call("POST", &format!("/presentations/{id}/publish"), Some(&json!({})))?;
        Ok(())
    }

    /// Shows a presentation on every screen, from 2020 on.
    pub(crate) fn schedule(&self, presentation: &str) -> anyhow::Result<()> {
        self.show(presentation, &json!("all"), &Value::Null)
    }

    /// The same at one destination, and again and again by a rule; null for throughout.
    pub(crate) fn show(&self, presentation: &str, destination: &Value, recurrence: &Value) -> anyhow::Result<()> {
        let row = json!({
            "content": {"presentation": presentation}, "destination": destination,
            "when": {"from": "2020-01-01T00:00:00", "until": null, "zone": null, "recurrence": recurrence},
        });
        self.call("POST", "/schedules", Some(&row)).map(drop)
    }

    /// Gives a screen a task, such as `{"fetch_logs": {"lines": 5}}`, and returns how that ended.
    pub(crate) fn task(&self, kind: &Value, viewer: &str) -> anyhow::Result<Value> {
        let task = self.call("POST", "/tasks", Some(&json!({"kind": kind, "destination": {"viewer": viewer}})))?;
        let runs = format!("/tasks/{}/runs", task["id"].as_str().context("a task has an id")?);
        self.until(&format!("the task {kind} ends"), || {
            let run = self.get(&runs)?["items"][0].clone();
            Ok(run["ended"].is_i64().then_some(run))
        })
    }

    /// Kinds of the alerts that are raised now.
    pub(crate) fn alerts(&self) -> anyhow::Result<Vec<String>> {
        let open = self.get("/alerts/open")?;
        let kinds = open["items"].as_array().context("alerts are a list")?.iter().filter_map(|alert| alert["kind"].as_str());
        Ok(kinds.map(ToOwned::to_owned).collect())
    }

    /// Waits until a device shows a code, and gives it a place: a new screen of that name, or an old screen.
    pub(crate) fn approve(&self, place: &Value) -> anyhow::Result<String> {
        let waiting = self.until("a device shows its code", || Ok(self.pending()?.into_iter().next()))?;
        let mut wanted = place.clone();
        wanted["code"] = waiting["code"].clone();
        let viewer = self.call("POST", "/devices/approve", Some(&wanted))?;
        Ok(viewer["id"].as_str().with_context(|| format!("an approved device has a place: {viewer}"))?.to_owned())
    }

    /// Devices that show a code.
    pub(crate) fn pending(&self) -> anyhow::Result<Vec<Value>> {
        Ok(self.get("/devices/pending")?.as_array().context("devices that wait are a list")?.clone())
    }

    /// How a screen is now.
    pub(crate) fn status(&self, viewer: &str) -> anyhow::Result<Value> {
        let all = self.get("/viewers/status")?;
        let found = all.as_array().into_iter().flatten().find(|status| status["viewer"] == viewer);
        Ok(found.cloned().unwrap_or_default())
    }

    /// Asks again until there is an answer.
    pub(crate) fn until<T>(&self, what: &str, mut ask: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = ask()? {
                return Ok(found);
            }
            ensure!(Instant::now() < end, "{what} within {PATIENCE:?}");
        }
    }

    fn call_with(&self, method: &str, path: &str, more: &[&str], body: Option<&Value>) -> anyhow::Result<Value> {
        let bearer = format!("Authorization: Bearer {}", self.token);
        let words: Vec<&str> = ["--header", &bearer].into_iter().chain(more.iter().copied()).collect();
        curl(self.host, method, path, &words, body)
    }
}

/// One call of the API from the server's own host.
fn curl(host: &Host, method: &str, path: &str, more: &[&str], body: Option<&Value>) -> anyhow::Result<Value> {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--fail-with-body", "--noproxy", "*", "--max-time", "20", "--request", method])
        .args(more);
    if let Some(body) = body {
        command.args(["--header", "Content-Type: application/json", "--data", &body.to_string()]);
    }
    let output = host.run(command.arg(format!("http://127.0.0.1/api/v1{path}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{method} {path}: {text} {}", String::from_utf8_lossy(&output.stderr));
    if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
}
