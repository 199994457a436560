//! The end that calls.

use core::time::Duration;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, HOST, RANGE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::version::TLS13;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::pin::Pin;
use crate::control::identity::Identity;
use crate::control::race::race;
use crate::control::secure::HTTP1;

/// How long TCP and TLS may take in a local network.
const CONNECTING: Duration = Duration::from_secs(1);
/// Between the addresses of one neighbour.
const STAGGER: Duration = Duration::from_millis(100);
/// How long an answer may take to begin, and between two pieces of a file: a neighbour is only worth while it is quick.
const PATIENCE: Duration = Duration::from_secs(3);
/// In the head of an answer: the neighbour has begun to fetch the file itself.
const BEGUN: &str = "signboard-begun";
/// Bytes for each MiB in a list of groups.
const VALUE: u64 = 32;

/// A connection to a neighbour, for one question at a time.
#[derive(Debug)]
pub struct Called {
    sender: SendRequest<Empty<Bytes>>,
    answer: Option<Incoming>,
}

impl Called {
    /// Calls a neighbour at any of its addresses; it must prove to have `key`, SHA-256 of its SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// It does not answer in a second, or somebody else does.
    pub async fn call(identity: &Identity, key: [u8; 32], addresses: &[SocketAddr]) -> Result<Self, NeighbourFault> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13])
            .and_then(|builder| {
                let pinned = builder.dangerous().with_custom_certificate_verifier(Arc::new(Pin::one(key)));
                pinned.with_client_auth_cert(identity.chain(), identity.key.private())
            })
            .map_err(|fault| NeighbourFault::Silent(fault.to_string()))?;
        config.alpn_protocols = vec![HTTP1.to_vec()];
        config.resumption = Resumption::disabled();
        let connector = TlsConnector::from(Arc::new(config));
        let attempts = addresses.iter().map(|address| connect(connector.clone(), *address).boxed());
        let silent = |why: &str| NeighbourFault::Silent(why.to_owned());
        let raced = timeout(CONNECTING, race(attempts.collect(), STAGGER)).await.map_err(|_| silent("it does not answer"))?;
        let stream = raced.map_err(|faults: Vec<std::io::Error>| {
            faults
                .into_iter()
                .next()
                .map_or_else(|| silent("it has no address"), |fault| NeighbourFault::Silent(fault.to_string()))
        })?;
        let (sender, connection) = Builder::new().handshake(TokioIo::new(stream)).await?;
        // It ends with its sender, and its faults come with the answer.
        tokio::spawn(connection);
        Ok(Self { sender, answer: None })
    }

    /// Whether another question can be asked.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.answer.is_none() && self.sender.is_ready()
    }

    /// Asks for the list of the groups of a file of `bytes` bytes; none if it does not have the file. The list is not verified.
    ///
    /// # Errors
    /// [`NeighbourFault::Coming`] if it fetches the file itself, or will; else if it gives none.
    pub async fn list(&mut self, hash: &blake3::Hash, bytes: u64) -> Result<Option<Bytes>, NeighbourFault> {
        let answer = match self.ask(&format!("/groups/{}", hash.to_hex()), None).await {
            Err(NeighbourFault::Missing) => return Ok(None),
            answer => answer?,
        };
        let most = (bytes >> 20).saturating_add(2).saturating_mul(VALUE);
        let mut body = answer.into_body();
        let mut list = BytesMut::new();
        while let Some(frame) = timeout(PATIENCE, body.frame()).await.map_err(|_| NeighbourFault::Stalled)? {
            list.extend(frame?.into_data().unwrap_or_default());
            if list.len() as u64 > most {
                return Err(NeighbourFault::Strange);
            }
        }
        Ok(Some(list.freeze()))
    }

    /// Opens a file from its byte `from` on; [`Called::next`] brings what comes. The bytes are not verified.
    ///
    /// # Errors
    /// If it gives none.
    pub async fn open(&mut self, hash: &blake3::Hash, from: u64, bytes: u64) -> Result<(), NeighbourFault> {
        let answer = self.ask(&format!("/media/{}", hash.to_hex()), Some(from)).await?;
        let header = |name| answer.headers().get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let fits = match answer.status() {
            StatusCode::PARTIAL_CONTENT => {
                header(CONTENT_RANGE) == Some(&format!("bytes {from}-{}/{bytes}", bytes.saturating_sub(1)))
            }
            _ => from == 0 && header(CONTENT_LENGTH) == Some(&bytes.to_string()),
        };
        if !fits {
            return Err(NeighbourFault::Strange);
        }
        self.answer = Some(answer.into_body());
        Ok(())
    }

    /// The next bytes of the file that was opened; none after the last.
    ///
    /// # Errors
    /// The connection breaks, or nothing comes for a while.
    pub async fn next(&mut self) -> Result<Option<Bytes>, NeighbourFault> {
        let Some(body) = &mut self.answer else { return Ok(None) };
        loop {
            match timeout(PATIENCE, body.frame()).await.map_err(|_| NeighbourFault::Stalled)? {
                Some(frame) => {
                    if let Ok(bytes) = frame?.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                None => {
                    self.answer = None;
                    return Ok(None);
                }
            }
        }
    }

    async fn ask(&mut self, path: &str, from: Option<u64>) -> Result<Response<Incoming>, NeighbourFault> {
        let mut request = Request::get(path).header(HOST, "neighbour");
        if let Some(from) = from.filter(|from| *from > 0) {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let request = request.body(Empty::new()).expect("paths made of hashes are legal");
        let answer = timeout(PATIENCE, self.sender.send_request(request)).await.map_err(|_| NeighbourFault::Stalled)??;
        match answer.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(answer),
            StatusCode::ACCEPTED => Err(NeighbourFault::Coming { begun: answer.headers().contains_key(BEGUN) }),
            StatusCode::NOT_FOUND => Err(NeighbourFault::Missing),
            StatusCode::SERVICE_UNAVAILABLE => Err(NeighbourFault::Busy),
            _ => Err(NeighbourFault::Strange),
        }
    }
}

async fn connect(connector: TlsConnector, address: SocketAddr) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    // Names mean nothing here.
    connector.connect(ServerName::IpAddress(address.ip().into()), stream).await
}

/// Why a neighbour gives nothing.
#[derive(Debug, Error)]
pub enum NeighbourFault {
    /// It gives as much as it may already.
    #[error("it has too much to do")]
    Busy,
    /// It is fetching the file itself, or will.
    #[error("it is fetching the file itself")]
    Coming {
        /// Whether it has begun.
        begun: bool,
    },
    /// The connection broke.
    #[error("the connection broke ({0})")]
    Cut(#[from] hyper::Error),
    /// It does not have the file.
    #[error("it does not have the file")]
    Missing,
    /// Nobody answers, or not the right one.
    #[error("it cannot be reached ({0})")]
    Silent(String),
    /// Nothing came for a while.
    #[error("nothing came for {} s", PATIENCE.as_secs())]
    Stalled,
    /// The answer does not fit the question.
    #[error("its answer does not fit the question")]
    Strange,
}
