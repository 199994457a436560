//! Files of a server by their hash.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, HOST, RANGE, RETRY_AFTER};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::time::timeout;

use super::address::{Address, Way};
use super::fault::DialFault;
use super::route::Route;

/// How long a server may take to begin an answer, and between two pieces of a file.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connections that are kept for the next file.
const KEPT: usize = 2;

/// What is read of a connection before it is asked for.
const BUFFER: usize = 64 * 1024;

type Sender = SendRequest<Empty<Bytes>>;

/// The files of one server. Clones share their connections.
#[derive(Clone)]
pub struct Media {
    route: Arc<Route>,
    address: Address,
    way: Way,
    capability: Arc<str>,
    idle: Arc<Mutex<Vec<Sender>>>,
}

impl Media {
    pub(super) fn new(route: Arc<Route>, address: Address, way: Way, capability: &str) -> Self {
        Self { route, address, way, capability: capability.into(), idle: Arc::default() }
    }

    /// Opens a file from its byte `from` on. The bytes are not verified: [`Fetch`](super::Fetch) does that.
    ///
    /// # Errors
    /// If it cannot be had, or not now.
    pub async fn open(&self, hash: &blake3::Hash, from: u64) -> Result<Piece, MediaFault> {
        timeout(PATIENCE, self.ask(hash, from)).await.unwrap_or(Err(MediaFault::Stalled))
    }

    async fn ask(&self, hash: &blake3::Hash, from: u64) -> Result<Piece, MediaFault> {
        while let Some(mut sender) = self.kept() {
            // A connection that was closed meanwhile says so here; the question is then asked again on another.
            if let Ok(answer) = sender.send_request(self.question(hash, from)).await {
                return self.piece(sender, answer, from);
            }
        }
        let stream = self.route.files(&self.address, self.way).await.map_err(MediaFault::Dial)?;
        let (mut sender, connection) = Builder::new().max_buf_size(BUFFER).handshake(TokioIo::new(stream)).await?;
        // It ends with its sender, and its faults come with the answer.
        tokio::spawn(connection);
        let answer = sender.send_request(self.question(hash, from)).await?;
        self.piece(sender, answer, from)
    }

    fn question(&self, hash: &blake3::Hash, from: u64) -> Request<Empty<Bytes>> {
        let mut request = Request::get(format!("/media/{}", hash.to_hex()))
            .header(HOST, self.address.authority(self.way))
            .header(ACCEPT_ENCODING, "identity");
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        // Elsewhere the certificate of the connection says who asks; in the clear nobody is told the capability.
        if self.way == Way::Https {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.capability));
        }
        request.body(Empty::new()).expect("hash, authority and capability are legal in headers")
    }

    fn piece(&self, sender: Sender, answer: Response<Incoming>, asked: u64) -> Result<Piece, MediaFault> {
        let (from, length) = match answer.status() {
            StatusCode::OK => (0, length(answer.headers()).ok_or(MediaFault::Strange)?),
            StatusCode::PARTIAL_CONTENT => {
                range(answer.headers()).filter(|(from, _)| *from == asked).ok_or(MediaFault::Strange)?
            }
            StatusCode::NOT_FOUND => return Err(MediaFault::NotFound),
            StatusCode::RANGE_NOT_SATISFIABLE => return Err(MediaFault::TooFar),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(MediaFault::Denied),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
                return Err(MediaFault::Busy { after: Duration::from_secs(after.unwrap_or(5)) });
            }
            other => return Err(MediaFault::Refused { status: other.as_u16() }),
        };
        Ok(Piece { from, length, body: answer.into_body(), sender: Some(sender), idle: Arc::clone(&self.idle) })
    }

    fn kept(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(sender) = idle.pop() {
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Media({}, {})", self.address.authority(self.way), self.way)
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Where the bytes of an answer begin, and the length of the whole (RFC 9110 section 14.4).
fn range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let (place, whole) = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    Some((place.split_once('-')?.0.parse().ok()?, whole.parse().ok()?))
}

/// A file from some byte on, as it comes.
pub struct Piece {
    from: u64,
    length: u64,
    body: Incoming,
    sender: Option<Sender>,
    idle: Arc<Mutex<Vec<Sender>>>,
}

impl Piece {
    /// Where the bytes begin; 0 if the server sends the whole instead of a part.
    #[must_use]
    pub fn from(&self) -> u64 {
        self.from
    }

    /// Length of the whole file.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Waits for the next bytes; `None` after the last. May be dropped and called again at any time.
    ///
    /// # Errors
    /// If the connection breaks, or nothing comes for 30 s.
    pub async fn next(&mut self) -> Result<Option<Bytes>, MediaFault> {
        loop {
            match timeout(PATIENCE, self.body.frame()).await.map_err(|_| MediaFault::Stalled)? {
                Some(frame) => {
                    if let Ok(bytes) = frame?.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                None => {
                    self.keep();
                    return Ok(None);
                }
            }
        }
    }

    /// Gives the connection back for the next file.
    fn keep(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = self.sender.take().filter(|_| idle.len() < KEPT) {
            idle.push(sender);
        }
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Piece({} of {})", self.from, self.length)
    }
}

/// Why a file, or more of it, cannot be had.
#[derive(Debug, Error)]
pub enum MediaFault {
    /// The server has too much to do.
    #[error("the server has too much to do; ask again after {} s", after.as_secs())]
    Busy {
        /// After how long to ask again.
        after: Duration,
    },
    /// The connection broke.
    #[error("the connection broke ({0})")]
    Cut(#[from] hyper::Error),
    /// The session that gave the right to it has ended, or the device was revoked.
    #[error("the server does not give files to this device now; open a session first")]
    Denied,
    /// No connection.
    #[error(transparent)]
    Dial(DialFault),
    /// The server has no such file.
    #[error("the server does not have this file")]
    NotFound,
    /// Another answer.
    #[error("the server does not give the file (status {status})")]
    Refused {
        /// The status (RFC 9110 section 15).
        status: u16,
    },
    /// Nothing came for a while.
    #[error("nothing came from the server for {} s", PATIENCE.as_secs())]
    Stalled,
    /// The answer does not fit the question.
    #[error("what answers is no file of a Signboard server; see to a proxy before the server")]
    Strange,
    /// The file ends before the byte that was asked for.
    #[error("the server's file is shorter than what is here of it")]
    TooFar,
}
