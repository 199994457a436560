//! Files and the tunnel of the test's server.

use std::collections::BTreeMap;
use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::{SinkExt, StreamExt, stream};
use http::{HeaderMap, StatusCode, header};
use net::control::tunnel::{self, Tunnel};

use super::server::Control;
use super::service::Peer;

/// The word that opens files on the web ports.
pub(crate) const CAPABILITY: &str = "capability-of-a-session";

/// How a file is given.
#[derive(Clone)]
pub(crate) enum File {
    Busy,
    /// The part that is asked for is promised, and nothing of it comes.
    Hollow(Bytes),
    /// Whatever part is asked for.
    Whole(Bytes),
    /// Ranges are passed over.
    WithoutRanges(Bytes),
    /// The answer breaks off after so many bytes of a first question that asks for the whole.
    Torn(Bytes, usize),
}

/// Files by hash, and the questions for them.
#[derive(Clone, Default)]
pub(crate) struct Files {
    files: Arc<Mutex<BTreeMap<String, File>>>,
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl Files {
    pub(crate) fn put(&self, hash: &blake3::Hash, file: File) {
        self.files.lock().unwrap().insert(hash.to_hex().to_string(), file);
    }
}

/// `/media` behind a certificate or a capability.
pub(crate) fn media(files: Files) -> Router {
    Router::new().route("/media/{hash}", get(file)).with_state(files)
}

async fn file(
    State(files): State<Files>,
    Extension(peer): Extension<Peer>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).is_some_and(|value| value == &format!("Bearer {CAPABILITY}"));
    if peer.0.is_none() && !bearer {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let range = headers.get(header::RANGE).map(|range| range.to_str().unwrap().to_owned()).unwrap_or_default();
    files.asked.lock().unwrap().push(range.clone());
    let from: Option<usize> = range.strip_prefix("bytes=").and_then(|range| range.strip_suffix('-')?.parse().ok());
    let Some(file) = files.files.lock().unwrap().get(&hash).cloned() else { return StatusCode::NOT_FOUND.into_response() };
    match (file, from) {
        (File::Busy, _) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "7")]).into_response(),
        (File::Hollow(bytes), from) => {
            let place = format!("bytes {}-{}/{}", from.unwrap_or(0), bytes.len() - 1, bytes.len());
            (StatusCode::PARTIAL_CONTENT, [(header::CONTENT_RANGE, place)], Bytes::new()).into_response()
        }
        (File::Torn(bytes, until), None) => {
            let length = bytes.len();
            let pieces = [Ok(bytes.slice(..until)), Err(io::Error::other("torn"))];
            ([(header::CONTENT_LENGTH, length)], Body::from_stream(stream::iter(pieces))).into_response()
        }
        (File::Whole(bytes) | File::Torn(bytes, _), Some(from)) => {
            if from >= bytes.len() {
                return StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            }
            let place = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
            (StatusCode::PARTIAL_CONTENT, [(header::CONTENT_RANGE, place)], bytes.slice(from..)).into_response()
        }
        (File::Whole(bytes) | File::WithoutRanges(bytes), _) => bytes.into_response(),
    }
}

/// The tunnel of a web port into a control port.
pub(crate) fn tunnel(control: Arc<Control>) -> Router {
    Router::new().route(tunnel::PATH, get(open)).with_state(control)
}

async fn open(State(control): State<Arc<Control>>, upgrade: WebSocketUpgrade) -> Response {
    let upgraded = upgrade.protocols([tunnel::PROTOCOL]).on_upgrade(async move |socket: WebSocket| {
        let pipe = socket
            .filter_map(|message| {
                ready(match message {
                    Ok(Message::Binary(bytes)) => Some(Ok(bytes)),
                    Ok(_) => None,
                    Err(fault) => Some(Err(io::Error::other(fault))),
                })
            })
            .sink_map_err(io::Error::other)
            .with(|bytes| ready(Ok::<_, io::Error>(Message::Binary(bytes))));
        control.serve(Tunnel::new(pipe)).await;
    });
    ([(tunnel::CONTROL_PORT, "7240")], upgraded).into_response()
}
