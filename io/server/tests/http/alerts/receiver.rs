//! A receiver of requests: a real HTTP server that keeps what it was sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// What came.
pub(super) struct Request {
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Request {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// Checks the signature as a receiver does, and that it is fresh.
    pub(super) fn is_signed_with(&self, key: &str) -> bool {
        let header = self.headers["signboard-signature"].to_str().unwrap();
        let (time, signature) = header.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
        let time: i64 = time.parse().unwrap();
        let fresh = (server::now::now_ms() / 1_000 - time).abs() < 60;
        fresh && signature == server::notify::sign(key.as_bytes(), time, &self.bytes)
    }
}

#[derive(Clone)]
struct Kept {
    requests: mpsc::UnboundedSender<Request>,
    status: Arc<AtomicU16>,
}

/// The receiver; it stops when it is dropped.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    requests: mpsc::UnboundedReceiver<Request>,
    status: Arc<AtomicU16>,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// Listens on loopback; port 0: any free one.
    pub(super) async fn on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let (sender, requests) = mpsc::unbounded_channel();
        let status = Arc::new(AtomicU16::new(204));
        let kept = Kept { requests: sender, status: status.clone() };
        let address = listener.local_addr().unwrap();
        let take = |State(kept): State<Kept>, headers: HeaderMap, body: axum::body::Bytes| async move {
            let _ = kept.requests.send(Request { headers, bytes: body.to_vec() });
            let status = StatusCode::from_u16(kept.status.load(Ordering::SeqCst)).unwrap();
            let elsewhere =
                status.is_redirection().then(|| HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("/elsewhere"))]));
            (status, elsewhere.unwrap_or_default(), "noted")
        };
        let router = Router::new().route("/hook", post(take)).route("/elsewhere", post(|| async { "wrong" })).with_state(kept);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, requests, status, task }
    }

    /// What it answers from now on.
    pub(super) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The next request.
    pub(super) async fn next(&mut self) -> Request {
        tokio::time::timeout(super::PATIENCE, self.requests.recv()).await.expect("nothing came for long").unwrap()
    }

    /// Whether nothing more came until now.
    pub(super) fn is_empty(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
