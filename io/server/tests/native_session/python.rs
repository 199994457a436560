//! A viewer in another language: stubs made of our `.proto` files by the stock tools of Python.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::desk;
use crate::server::Site;

/// How long the program may take for one thing; it makes its stubs first.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the program needs.
const PACKAGES: &str = "blake3==1.0.11 cryptography==50.0.2 grpcio-reflection==1.85.1 grpcio-tools==1.85.1";

/// A Python with the packages: `XTASK_TEST_PYTHON`, the one below `target/venv`, or the system's; none with a word about it.
fn python() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
    let chosen = std::env::var_os("XTASK_TEST_PYTHON").map(PathBuf::from);
    let has = |python: &PathBuf| {
        let program = "import blake3, cryptography, grpc_reflection, grpc_tools";
        let asked = std::process::Command::new(python).args(["-c", program]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let found = [chosen, Some(target), Some("python3".into())].into_iter().flatten().find(has);
    if found.is_none() {
        testkit::skip(&format!("no gRPC for Python: python3 -m venv target/venv; target/venv/bin/pip install {PACKAGES}"))
            .unwrap();
    }
    found
}

/// The running program.
struct Viewer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    _stubs: tempfile::TempDir,
}

impl Viewer {
    fn start(python: &Path, port: u16, age: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let stubs = tempfile::tempdir().unwrap();
        let mut command = Command::new(python);
        command.arg(here.join("tests/native_session/python/viewer.py")).arg(port.to_string());
        command.arg(here.join("../../pure/control/proto")).arg(stubs.path()).arg(here.join("../../vectors/control")).arg(age);
        // Proxies of the machine are none of loopback's business.
        for proxy in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
            command.env_remove(proxy);
        }
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, _stubs: stubs }
    }

    /// The next thing that happened there, which must be this.
    async fn does(&mut self, event: &str) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("nothing happened for long").unwrap();
        let line = line.unwrap_or_else(|| panic!("the program ended before {event}; its words stand above"));
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["event"], event, "{read}");
        read
    }
}

#[tokio::test]
async fn a_viewer_in_python_enrols_follows_reports_and_obeys() {
    play_through("same").await;
}

#[tokio::test]
async fn a_viewer_in_python_may_be_a_version_newer() {
    play_through("newer").await;
}

#[tokio::test]
async fn a_viewer_in_python_may_be_a_version_older() {
    play_through("older").await;
}

async fn play_through(age: &str) {
    let Some(python) = python() else { return };
    let (site, ada) = Site::set_up(&[]).await;
    let mut viewer = Viewer::start(&python, site.app.control.ports().control, age);
    if age == "same" {
        assert_eq!(viewer.does("vectors").await["known"], 23);
    }
    let pending = viewer.does("pending").await;
    assert_eq!(pending["installation"], "Harbour");
    let place = ada.post("/devices/approve", &json!({"code": pending["code"], "name": "Pier"})).await.ok();
    let approved = viewer.does("approved").await;
    assert_eq!(approved["viewer"], place["id"]);
    let device = ada.get(&format!("/devices/{}", approved["device"].as_str().unwrap())).await.ok();
    assert_eq!((&device["key"], device["hostname"].as_str()), (&approved["key"], Some("snake")));
    let services = viewer.does("services").await["names"].to_string();
    for name in ["signboard.v1.Enrolment", "signboard.v1.ViewerSession", "grpc.health.v1.Health"] {
        assert!(services.contains(&format!("\"{name}\"")), "{services}");
    }
    let welcome = viewer.does("welcome").await;
    assert_eq!((welcome["name"].as_str(), welcome["protocol"].as_u64()), (Some("Pier"), Some(1)));
    let first = viewer.does("slice").await;
    assert_eq!((first["whole"].as_bool(), &first["kinds"]), (Some(true), &json!(["installation", "viewer"])));

    let shown = desk::presentation(&ada, "Ahoy").await;
    desk::schedule(&ada, &shown, approved["viewer"].as_str().unwrap()).await;
    let second = viewer.does("slice").await;
    assert_eq!((second["whole"].as_bool(), second["put"].as_u64()), (Some(false), Some(3)));
    assert_eq!(viewer.does("bodies").await["lengths"].as_array().unwrap().len(), 1);
    assert_eq!(viewer.does("stored").await["n"], 1);
    viewer.does("time").await;
    let status = ada.get("/viewers/status").await.ok();
    assert_eq!((&status[0]["machine"]["temperature"], &status[0]["plan"]["id"]), (&json!(40.5), &json!("by-hand")));
    let plays = ada.get("/plays").await.ok();
    assert_eq!((plays["total"].as_u64(), plays["items"][0]["until"].as_i64()), (Some(1), Some(6_000)));

    let path = format!("/viewers/{}/commands", approved["viewer"].as_str().unwrap());
    let outcome = ada.post(&path, &json!({"kind": "identify"})).await.ok();
    assert_eq!((outcome["ok"].as_bool(), outcome["text"].as_str()), (Some(true), Some("This is me.")));
    ada.act(&format!("/devices/{}/revoke", approved["device"].as_str().unwrap())).await.done();
    assert_eq!(viewer.does("bye").await["reason"], "revoked");
    let ended = tokio::time::timeout(PATIENCE, viewer.child.wait()).await.expect("it ends").unwrap();
    assert!(ended.success(), "{ended}");
}
