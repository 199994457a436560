//! One file from other servers.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use control::v1::FileRequest;
use domain::cell::Hash;
use domain::groups::{self, GROUP, Groups};
use domain::id::ServerId;
use futures::StreamExt as _;
use futures::future::join_all;
use tokio::time::{Instant, timeout};

use super::gathering::gather;
use super::room;
use super::source::{Answer, Source};
use super::sources::Asked;
use super::wanted::{Rank, Wanted};
use crate::app::App;

/// The longest file whose length nobody has said: a body or a thumbnail.
const LONGEST_SMALL: usize = domain::body::MAX_BYTES;
/// How long a server may take to begin an answer, and between two parts.
const PATIENCE: Duration = Duration::from_secs(30);
/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

/// When a file could not be had.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// Not before this moment.
    pub(super) due: Instant,
    /// How long it waited.
    pause: Duration,
    /// A sentence.
    pub(super) why: String,
}

impl Failure {
    /// The next one after `before`.
    pub(super) fn after(before: Option<&Self>, why: String, now: Instant) -> Self {
        let pause = before.map_or(PAUSES.0, |before| (before.pause * 2).min(PAUSES.1));
        Self { due: now + pause, pause, why }
    }
}

/// Whose fault it was.
pub(super) enum Fault {
    /// This machine's disk: the next server would not help.
    Here(String),
    /// The server's, or the way's to it.
    There(String),
    /// What the server sent is not what was asked for.
    Wrong,
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::Here(error.to_string())
    }
}

const WRONG: &str = "what it sent is not the file that was asked for; it is not asked for it again for 10 minutes";
const SILENT: &str = "nothing came for 30 s";
const OTHER_LENGTH: &str = "its file has another length than its record says";

/// Fetches a file from the servers that have it, the nearest first. An emergency is fetched from all of them at once.
///
/// # Errors
/// A sentence for each server that was asked; of this machine's disk only one.
pub(super) async fn fetch(app: &App, wanted: Wanted) -> Result<(), String> {
    let state = app.core.state();
    let own = ServerId(app.core.server_id());
    let distance = |server| if wanted.rank == Rank::Emergency { 0 } else { domain::server::distance(&state, own, server) };
    let rings = app.mirror.sources.by_distance(wanted.hash, distance);
    if let Err(Fault::Here(sentence)) = room::make(app, wanted, wanted.bytes.unwrap_or(0)).await {
        return Err(sentence);
    }
    let mut fetch = Fetch { app, wanted, why: Vec::new() };
    let fetched = match wanted.bytes {
        Some(bytes) if bytes > GROUP => fetch.large(bytes, rings).await,
        _ => fetch.small(rings.concat()).await,
    };
    match fetched {
        Ok(true) => Ok(()),
        Ok(false) if fetch.why.is_empty() => Err("no server can be asked for it now".to_owned()),
        Ok(false) => Err(fetch.why.join("; ")),
        Err(Fault::Here(sentence)) => Err(sentence),
        Err(Fault::There(sentence)) => Err(sentence),
        Err(Fault::Wrong) => Err(WRONG.to_owned()),
    }
}

struct Fetch<'a> {
    app: &'a App,
    wanted: Wanted,
    /// What each server that could not help said, or did.
    why: Vec<String>,
}

impl Fetch<'_> {
    /// Group by group, from all servers of a ring at once, and then from the next ring what these do not have.
    async fn large(&mut self, bytes: u64, rings: Vec<Vec<Asked>>) -> Result<bool, Fault> {
        let mut arriving = None;
        for ring in rings {
            let (app, wanted) = (self.app, self.wanted);
            let asked = ring.iter().map(|(server, source)| list(app, *server, source, wanted, bytes));
            let lists = join_all(asked).await;
            let mut have = Vec::new();
            for ((server, source), list) in ring.into_iter().zip(lists) {
                match list {
                    Ok(groups) => {
                        if arriving.is_none() {
                            arriving = Some(app.core.store().media().arrive(groups).await?);
                        }
                        have.push((server, source));
                    }
                    Err(fault) => self.failed(server, &source, fault)?,
                }
            }
            let sources = have.clone();
            let Some(arriving) = arriving.as_ref().filter(|_| !have.is_empty()) else { continue };
            for (server, fault) in gather(app, arriving, wanted, have).await? {
                let source = sources.iter().find(|(asked, _)| *asked == server);
                if let Some((_, source)) = source {
                    self.failed(server, source, fault)?;
                }
            }
            if arriving.missing().is_empty() {
                arriving.finish().await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// As a whole, from one server after the other.
    async fn small(&mut self, sources: Vec<Asked>) -> Result<bool, Fault> {
        for (server, source) in sources {
            match small(self.app, server, &source, self.wanted).await {
                Ok(bytes) => {
                    self.app.core.store().media().put(bytes).await?;
                    return Ok(true);
                }
                Err(fault) => self.failed(server, &source, fault)?,
            }
        }
        Ok(false)
    }

    /// Notes why a server could not help.
    fn failed(&mut self, server: ServerId, source: &Source, fault: Fault) -> Result<(), Fault> {
        let sentence = match fault {
            Fault::Here(_) => return Err(fault),
            Fault::There(sentence) => sentence,
            Fault::Wrong => {
                tracing::warn!(server.id = %server, hash = %self.wanted.hash, "a server gave what is not the file that was asked for");
                self.app.mirror.sources.shun(server, self.wanted.hash);
                // It should look at its own file; nothing comes of it here.
                let (source, request) = (source.clone(), FileRequest { doubtful: true, ..request(self.wanted) });
                tokio::spawn(async move { ask(&source, request).await.is_ok() });
                WRONG.to_owned()
            }
        };
        self.why.push(format!("server {server}: {sentence}"));
        Ok(())
    }
}

/// Asks, and waits for the beginning of the answer.
pub(super) async fn ask(source: &Source, request: FileRequest) -> Result<Answer, Fault> {
    let answer = timeout(PATIENCE, source.open(request)).await.map_err(|_| Fault::There(SILENT.to_owned()))?;
    answer.map_err(Fault::There)
}

/// The next part of an answer; none after the last.
pub(super) async fn next(answer: &mut Answer) -> Result<Option<Bytes>, Fault> {
    let part = timeout(PATIENCE, answer.parts.next()).await.map_err(|_| Fault::There(SILENT.to_owned()))?;
    part.transpose().map_err(Fault::There)
}

/// What a request for this file says in any case.
pub(super) fn request(wanted: Wanted) -> FileRequest {
    FileRequest { hash: wanted.hash.0.to_vec(), urgent: wanted.rank == Rank::Emergency, ..FileRequest::default() }
}

/// The list of the file's groups, which belongs to the file for certain.
async fn list(app: &App, server: ServerId, source: &Source, wanted: Wanted, bytes: u64) -> Result<Groups, Fault> {
    let line = app.mirror.lines.of(server);
    let request = FileRequest { groups: true, ..request(wanted) };
    let urgent = request.urgent;
    let mut answer = ask(source, request).await?;
    if answer.length != bytes {
        return Err(Fault::There(OTHER_LENGTH.to_owned()));
    }
    if answer.groups == 0 {
        return Err(Fault::There("its version cannot give parts of files; update it".to_owned()));
    }
    let most = usize::try_from(groups::count(bytes)).unwrap_or(usize::MAX).saturating_mul(groups::VALUE);
    let mut list = BytesMut::new();
    while let Some(part) = next(&mut answer).await? {
        line.receive.pass(part.len(), urgent).await;
        list.extend_from_slice(&part);
        if list.len() > most {
            return Err(Fault::Wrong);
        }
    }
    let read = tokio::task::spawn_blocking(move || Groups::read(wanted.hash, bytes, &list)).await;
    read.ok().flatten().ok_or(Fault::Wrong)
}

async fn small(app: &App, server: ServerId, source: &Source, wanted: Wanted) -> Result<Vec<u8>, Fault> {
    let line = app.mirror.lines.of(server);
    let most = wanted.bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(LONGEST_SMALL);
    let request = request(wanted);
    let urgent = request.urgent;
    let mut answer = ask(source, request).await?;
    let mut bytes = Vec::new();
    while let Some(more) = next(&mut answer).await? {
        line.receive.pass(more.len(), urgent).await;
        bytes.extend_from_slice(&more);
        if bytes.len() > most {
            return Err(Fault::There(format!("it sent more than the {most} bytes that the file may have")));
        }
    }
    if bytes.len() as u64 != answer.length {
        return Err(Fault::There("it sent less than the whole file".to_owned()));
    }
    if Hash::of(&bytes) != wanted.hash {
        return Err(Fault::Wrong);
    }
    Ok(bytes)
}
