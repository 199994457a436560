//! The listeners: peers, modes, upgrades, stopping, and what goes wrong with single connections.

use std::time::Duration;

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::WebSocket;
use axum::routing::{any, get};
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::site::{Site, peer_app};

#[tokio::test]
async fn requests_know_their_peer() {
    let site = Site::start(peer_app(), &[]).await;
    let text = async |url: String| site.client().get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(text(site.http_url("/peer")).await, "127.0.0.1 false");
    assert_eq!(text(site.https_url("/peer")).await, "127.0.0.1 true");
    assert_eq!(site.stop(Duration::from_secs(10)).await, 0);
}

#[tokio::test]
async fn redirect_keeps_the_place_but_lets_trust_through() {
    let site = Site::start(peer_app(), &["web.http-mode=redirect"]).await;
    let answer = site.client().post(site.http_url("/a/b?c=d")).send().await.unwrap();
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.headers()["location"], site.https_url("/a/b?c=d").as_str());
    let trust = site.client().get(site.http_url("/trust")).send().await.unwrap();
    assert_eq!(trust.status(), 200);
}

#[tokio::test]
async fn a_redirect_without_a_host_is_refused() {
    let site = Site::start(peer_app(), &["web.http-mode=redirect"]).await;
    let answer = raw(&site, "GET / HTTP/1.0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.0 400"), "{answer}");
}

#[tokio::test]
async fn off_leaves_only_https() {
    let site = Site::start(peer_app(), &["web.http-mode=off"]).await;
    assert_eq!(site.http, None);
    let answer = site.client().get(site.https_url("/")).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "application");
}

#[tokio::test]
async fn websockets_pass_over_http_and_https() {
    async fn echo(mut socket: WebSocket) {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    }
    let app = Router::new().route("/ws", any(|upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(echo) }));
    let site = Site::start(app, &[]).await;
    let plain = TcpStream::connect(site.http.unwrap()).await.unwrap();
    let (mut plain, _) = tokio_tungstenite::client_async(site.http_url("/ws").replace("http", "ws"), plain).await.unwrap();
    plain.send("hello".into()).await.unwrap();
    assert_eq!(plain.next().await.unwrap().unwrap().into_text().unwrap().as_str(), "hello");

    let stream = super::tls_own::connect(&site, &[b"http/1.1"], &[&rustls::version::TLS13]).await.unwrap();
    let (mut secure, _) = tokio_tungstenite::client_async(site.https_url("/ws").replace("https", "wss"), stream).await.unwrap();
    secure.send("hello".into()).await.unwrap();
    assert_eq!(secure.next().await.unwrap().unwrap().into_text().unwrap().as_str(), "hello");
}

#[tokio::test]
async fn stopping_lets_a_request_finish_and_cuts_one_that_never_ends() {
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(2);
    let release = std::sync::Arc::new(tokio::sync::Notify::new());
    let wait = std::sync::Arc::clone(&release);
    let slow = {
        let begun = begun.clone();
        move || async move {
            begun.send(()).await.unwrap();
            wait.notified().await;
            "finished"
        }
    };
    let endless = move || async move {
        begun.send(()).await.unwrap();
        std::future::pending::<()>().await;
    };
    let app = Router::new().route("/slow", get(slow)).route("/endless", get(endless));
    let site = Site::start(app, &[]).await;
    let slow = tokio::spawn(site.client().get(site.http_url("/slow")).send());
    let endless = tokio::spawn(site.client().get(site.https_url("/endless")).send());
    has_begun.recv().await.unwrap();
    has_begun.recv().await.unwrap();
    let stopping = tokio::spawn(site.stop(Duration::from_millis(500)));
    release.notify_one();
    assert_eq!(slow.await.unwrap().unwrap().text().await.unwrap(), "finished");
    assert_eq!(stopping.await.unwrap(), 1, "only the endless one is cut");
    assert!(endless.await.unwrap().is_err());
}

#[tokio::test]
async fn broken_connections_do_not_disturb_others() {
    let site = Site::start(peer_app(), &["limits.connections=16"]).await;
    for _ in 0..40 {
        // Neither TLS nor HTTP, then gone: each must give its slot back.
        let mut stream = TcpStream::connect(site.https).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
    }
    let answer = raw(&site, "\0\0\0\0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let answer = site.client().get(site.https_url("/peer")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// What the server answers to these bytes over plain HTTP.
async fn raw(site: &Site, request: &str) -> String {
    let mut stream = TcpStream::connect(site.http.unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
