//! The owner-only socket.

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::process::Command;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::post;
use server::cli::Exit;
use server::listen::{LocalSocket, socket_path};
use tokio_util::sync::CancellationToken;

fn signboard(data: &std::path::Path, words: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_signboard")).args(words).arg("--data").arg(data).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_reach_the_running_server() {
    let data = tempfile::tempdir().unwrap();
    let router = Router::new().route("/local/setup-link", post(|| async { "https://signage.example/setup/abc\n" })).route(
        "/local/users/{name}/reset",
        post(|Path(name): Path<String>| async move {
            match name.as_str() {
                "Anna Meier/ü" => (StatusCode::OK, "one-time password".to_owned()),
                other => (StatusCode::NOT_FOUND, format!(r#"{{"error":{{"message":"nobody is called {other}."}}}}"#)),
            }
        }),
    );
    let stop = CancellationToken::new();
    let socket = LocalSocket::bind(data.path()).unwrap();
    let serving = tokio::spawn(socket.serve(router, stop.clone()));
    let folder = data.path().to_owned();
    let outcomes = tokio::task::spawn_blocking(move || {
        [
            signboard(&folder, &["setup-link"]),
            signboard(&folder, &["user", "reset", "Anna Meier/ü"]),
            signboard(&folder, &["user", "reset", "bob"]),
        ]
    })
    .await
    .unwrap();
    assert_eq!(outcomes[0], (0, "https://signage.example/setup/abc\n".to_owned(), String::new()));
    assert_eq!(outcomes[1], (0, "one-time password\n".to_owned(), String::new()));
    assert_eq!(outcomes[2], (66, String::new(), "signboard: nobody is called bob.\n".to_owned()));
    stop.cancel();
    serving.await.unwrap();
    assert!(!socket_path(data.path()).exists(), "a stopped server takes its socket away");
}

#[tokio::test]
async fn only_the_owner_may_use_it_and_only_one_server() {
    let data = tempfile::tempdir().unwrap();
    let socket = LocalSocket::bind(data.path()).unwrap();
    let facts = std::fs::metadata(socket_path(data.path())).unwrap();
    assert!(facts.file_type().is_socket());
    assert_eq!(facts.mode() & 0o777, 0o600);
    let second = LocalSocket::bind(data.path()).unwrap_err();
    assert_eq!(second.exit, Exit::Unavailable);
    assert!(second.sentence.contains("already runs"), "{second}");
    drop(socket);
}

#[tokio::test]
async fn a_socket_that_a_crash_left_is_replaced() {
    let data = tempfile::tempdir().unwrap();
    // Dropping the plain listener leaves its file, as a killed server does.
    drop(std::os::unix::net::UnixListener::bind(socket_path(data.path())).unwrap());
    assert!(socket_path(data.path()).exists());
    LocalSocket::bind(data.path()).unwrap();
}

#[test]
fn without_a_server_the_command_says_so() {
    let data = tempfile::tempdir().unwrap();
    let (code, _, text) = signboard(data.path(), &["setup-link"]);
    assert_eq!(code, 69);
    assert!(text.starts_with("signboard: no server answers at") && text.contains("--data"), "{text}");
}
