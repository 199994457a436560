//! One file from another server.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use domain::cell::Hash;
use futures::StreamExt as _;
use net::control::{Pace, Part};
use store::media::Media as Files;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::source::Source;
use super::wanted::Wanted;

/// The longest file whose length nobody has said: a body or a thumbnail.
const LONGEST_SMALL: usize = domain::body::MAX_BYTES;
/// Bytes that are gathered before they are written.
const BLOCK: usize = 1 << 20;
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

/// Fetches a file from the first of the servers that has it.
///
/// # Errors
/// A sentence for each server that was asked; of this machine's disk only one, since the next server would not help.
pub(super) async fn fetch(files: &Files, pace: &Pace, wanted: Wanted, sources: &[(Uuid, Source)]) -> Result<(), String> {
    let mut why = Vec::new();
    for (server, source) in sources {
        let fault = match wanted.bytes {
            Some(bytes) => large(files, pace, wanted.hash, bytes, source).await,
            None => small(files, pace, wanted.hash, source).await,
        };
        match fault {
            Ok(()) => return Ok(()),
            Err(Fault::Here(sentence)) => return Err(sentence),
            Err(Fault::There(sentence)) => why.push(format!("server {server}: {sentence}")),
        }
    }
    Err(why.join("; "))
}

/// Whose fault it was.
enum Fault {
    Here(String),
    There(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Here(format!("the file cannot be stored ({error}); see to the data disk"))
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::Here(error.to_string())
    }
}

fn there(what: &str) -> Fault {
    Fault::There(what.to_owned())
}

const WRONG: &str = "what it sent is not the file that was asked for; it was thrown away";
const SILENT: &str = "nothing came for 30 s";

/// What has arrived of it stays over a failure, a restart and a kill, and is gone on from.
async fn large(files: &Files, pace: &Pace, hash: Hash, bytes: u64, source: &Source) -> Result<(), Fault> {
    let place = files.mirrored(hash);
    let mut part = Part::open(&place.with_extension("part"), bytes).await?;
    if part.length() < bytes {
        let answer = timeout(PATIENCE, source.open(hash, part.length())).await;
        let mut answer = answer.map_err(|_| there(SILENT))?.map_err(Fault::There)?;
        let mut block = BytesMut::new();
        let mut came = Ok(());
        while let Some(next) = timeout(PATIENCE, answer.parts.next()).await.unwrap_or_else(|_| Some(Err(SILENT.to_owned()))) {
            let more = match next {
                Ok(more) if answer.length == bytes => more,
                Ok(_) => return wrong(part).await,
                Err(why) => {
                    came = Err(Fault::There(why));
                    break;
                }
            };
            pace.take(more.len()).await;
            block.extend_from_slice(&more);
            if part.length() + block.len() as u64 > bytes {
                return wrong(part).await;
            }
            if block.len() >= BLOCK {
                part.append(block.split().freeze()).await?;
            }
        }
        // Also before a fault is told: it need not come again.
        part.append(Bytes::from(block)).await?;
        came?;
    }
    if part.length() < bytes {
        return Err(there("it sent less than the whole file"));
    }
    if part.hash().as_bytes() != &hash.0 {
        return wrong(part).await;
    }
    part.finish(&place).await?;
    Ok(files.adopt(hash).await?)
}

async fn wrong(part: Part) -> Result<(), Fault> {
    part.discard().await?;
    Err(there(WRONG))
}

async fn small(files: &Files, pace: &Pace, hash: Hash, source: &Source) -> Result<(), Fault> {
    let mut answer = timeout(PATIENCE, source.open(hash, 0)).await.map_err(|_| there(SILENT))?.map_err(Fault::There)?;
    let mut bytes = Vec::new();
    while let Some(more) = timeout(PATIENCE, answer.parts.next()).await.map_err(|_| there(SILENT))? {
        let more = more.map_err(Fault::There)?;
        pace.take(more.len()).await;
        bytes.extend_from_slice(&more);
        if bytes.len() > LONGEST_SMALL {
            return Err(Fault::There(format!("it sent more than the {LONGEST_SMALL} bytes that such a file may have")));
        }
    }
    if Hash::of(&bytes) != hash {
        return Err(there(WRONG));
    }
    files.put(bytes).await?;
    Ok(())
}
