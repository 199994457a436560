//! Commands that ask the running server through its owner-only socket.

use std::io;
use std::path::Path;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use super::exit::words as system_words;
use super::{Exit, Failure};
use crate::listen::socket_path;

/// The token that is wanted.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct TokenWish {
    /// Name of the screen at which the machine shall stand; otherwise it gets a new one, named after the computer.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["group", "uses"])]
    viewer: Option<String>,
    /// Name of the group in which a new screen is put.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// How many machines may use it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    uses: u32,
    /// After how many hours it ends.
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=87_600))]
    hours: u32,
}

/// `signboard setup-link`: asks for a new set-up link.
pub(super) fn setup_link(data: &Path) -> Result<String, Failure> {
    post(data, "/local/setup-link")
}

/// `signboard user reset NAME`: asks for a new one-time password.
pub(super) fn reset_user(data: &Path, name: &str) -> Result<String, Failure> {
    post(data, &format!("/local/users/{}/reset", encoded(name)))
}

/// `signboard enrol-token`: asks for a token by which machines enrol.
pub(super) fn enrol_token(data: &Path, wish: &TokenWish) -> Result<String, Failure> {
    let mut path = format!("/local/enrolment-tokens?uses={}&hours={}", wish.uses, wish.hours);
    for (name, value) in [("viewer", &wish.viewer), ("group", &wish.group)] {
        if let Some(value) = value {
            path += &format!("&{name}={}", encoded(value));
        }
    }
    post(data, &path)
}

/// The server that is wanted.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ServerWish {
    /// Name of the new server; otherwise that of its computer.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it shall be.
    #[arg(long, default_value = "sub", value_parser = ["sub", "backup"])]
    role: String,
    /// Name of the server that it shall follow besides Main, or stand in for.
    #[arg(long, value_name = "NAME")]
    parent: Option<String>,
    /// People may only look at things on it.
    #[arg(long)]
    read_only: bool,
}

/// `signboard server-token`: asks for a token by which a server joins.
pub(super) fn server_token(data: &Path, wish: &ServerWish) -> Result<String, Failure> {
    let mut path = format!("/local/server-tokens?role={}&read_only={}", wish.role, wish.read_only);
    for (name, value) in [("name", &wish.name), ("parent", &wish.parent)] {
        if let Some(value) = value {
            path += &format!("&{name}={}", encoded(value));
        }
    }
    post(data, &path)
}

/// `signboard join TOKEN`: joins the installation of another server.
pub(super) fn join(data: &Path, token: &str) -> Result<String, Failure> {
    post(data, &format!("/local/join?token={}", encoded(token)))
}

/// `signboard promote`: makes the running server the Main.
pub(super) fn promote(data: &Path, planned: bool) -> Result<String, Failure> {
    post(data, &format!("/local/promote?planned={planned}"))
}

/// `signboard servers`: how the servers stand to this one.
pub(super) fn servers(data: &Path, json: bool) -> Result<String, Failure> {
    post(data, &format!("/local/servers?json={json}"))
}

/// `signboard wake NAME`: asks to wake a screen.
pub(super) fn wake(data: &Path, name: &str) -> Result<String, Failure> {
    post(data, &format!("/local/viewers/{}/wake", encoded(name)))
}

/// `signboard wake NAME --test`: what would be sent, and by whom.
pub(super) fn wake_plan(data: &Path, name: &str) -> Result<String, Failure> {
    post(data, &format!("/local/viewers/{}/wake-plan", encoded(name)))
}

/// `signboard wake NAME --test`: asks to wake a screen, and waits for it. No answer is a failure that tells what was tried.
pub(super) fn wake_test(data: &Path, name: &str) -> Result<String, Failure> {
    post(data, &format!("/local/viewers/{}/wake-test", encoded(name)))
}

/// A name as one segment of a path (RFC 3986, section 2.1).
fn encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Posts without a body; the answer is text for people, or a sentence when it is refused.
fn post(data: &Path, path: &str) -> Result<String, Failure> {
    super::runtime()?.block_on(async {
        let socket = socket_path(data);
        let stream = UnixStream::connect(&socket).await.map_err(|error| unreachable(&socket, &error))?;
        let (status, body) = exchange(stream, path).await.map_err(|error| {
            let sentence = format!("the server broke off its answer ({error}); look at its log and try again.");
            Failure::new(Exit::TemporaryFailure, sentence)
        })?;
        let mut text = words(&body);
        if text.is_empty() {
            text = format!("the server answered {status} without a word; look at its log.");
        }
        if status.is_success() {
            text.push('\n');
            return Ok(text);
        }
        let exit = match status {
            StatusCode::NOT_FOUND => Exit::NoInput,
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Exit::NoPermission,
            StatusCode::GATEWAY_TIMEOUT => Exit::Unavailable,
            status if status.is_client_error() => Exit::Data,
            _ => Exit::Software,
        };
        Err(Failure::new(exit, text))
    })
}

async fn exchange(stream: UnixStream, path: &str) -> Result<(StatusCode, Bytes), hyper::Error> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(http::header::HOST, "signboard.local")
        .body(Empty::<Bytes>::new())
        .expect("the path was percent-encoded");
    let response = sender.send_request(request).await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}

/// The message of an error envelope, or the text as it is.
fn words(body: &[u8]) -> String {
    let envelope: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let message = envelope.as_ref().and_then(|envelope| {
        [envelope.pointer("/error/message"), envelope.pointer("/message")].into_iter().flatten().next()?.as_str()
    });
    message.map_or_else(|| String::from_utf8_lossy(body).trim_end().to_owned(), str::to_owned)
}

fn unreachable(socket: &Path, error: &io::Error) -> Failure {
    let socket = socket.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied => Failure::new(
            Exit::NoPermission,
            format!("{socket} belongs to another user; run the command as the server's user or with sudo."),
        ),
        _ => Failure::new(
            Exit::Unavailable,
            format!("no server answers at {socket} ({}); start it, or name its data folder with --data.", system_words(error)),
        ),
    }
}
