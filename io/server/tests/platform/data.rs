//! Starts that are refused because of data, ports or room: one sentence, an exit code of sysexits, and nothing touched.

use std::path::Path;
use std::process::{Command, Output};

/// Starts the program, which must refuse: one that serves is ended after a minute, with another code.
fn start(data: &Path, settings: &[&str]) -> Output {
    let mut command = Command::new("timeout");
    command.args(["60", env!("CARGO_BIN_EXE_signboard"), "server", "--data"]).arg(data);
    let fixed = [
        "bind.address=127.0.0.1",
        "web.http-port=0",
        "web.https-port=0",
        "control.port=0",
        "discovery.enabled=false",
        "time.enabled=false",
    ];
    fixed.iter().chain(settings).for_each(|setting| _ = command.args(["--set", setting]));
    command.output().unwrap()
}

#[track_caller]
fn refused(output: &Output, code: i32, parts: &[&str]) {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("signboard: ") && parts.iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn data_of_a_newer_version_is_refused_and_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/samples/0002");
    for name in ["signboard.db", "secret.key"] {
        std::fs::copy(sample.join(name), data.path().join(name)).unwrap();
    }
    let database = data.path().join("signboard.db");
    let mut bytes = std::fs::read(&database).unwrap();
    // The version is SQLite's `user_version` (file format, section 1.3).
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&database, &bytes).unwrap();
    let folder = data.path().display().to_string();
    refused(&start(data.path(), &[]), 65, &[&folder, "has version 99", "knows only up to version", "Install the newer server"]);
    assert!(std::fs::read(&database).unwrap() == bytes, "not a byte was changed");
    assert!(!data.path().join("backup").exists() && !data.path().join("media").exists());
}

#[test]
fn a_taken_port_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let holder = format!("[{}]", std::process::id());
    let parts = [&format!("port {port} (web.http-port) is taken by"), holder.as_str(), "--set web.http-port="];
    refused(&start(&data, &[&format!("web.http-port={port}")]), 69, &parts);
    assert!(!data.exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let data = file.join("data");
    refused(&start(&data, &[]), 73, &[&data.display().to_string(), "--data"]);
}
