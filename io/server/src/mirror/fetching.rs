//! One file from another server.

use std::path::PathBuf;
use std::time::Duration;

use domain::cell::Hash;
use net::control::{Fetch, FetchFault, Media, MediaFault, Pace};
use store::media::Media as Files;
use tokio::time::Instant;
use uuid::Uuid;

use super::wanted::Wanted;

/// The longest file whose length nobody has said: a body or a thumbnail.
const LONGEST_SMALL: usize = domain::body::MAX_BYTES;
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
pub(super) async fn fetch(files: &Files, pace: &Pace, wanted: Wanted, sources: &[(Uuid, Media)]) -> Result<(), String> {
    let mut why = Vec::new();
    for (server, media) in sources {
        let fault = match wanted.bytes {
            Some(bytes) => large(files, pace, wanted.hash, bytes, media).await,
            None => small(files, pace, wanted.hash, media).await,
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

impl From<FetchFault> for Fault {
    fn from(fault: FetchFault) -> Self {
        match fault {
            FetchFault::Disk(error) => Self::Here(format!("the file cannot be stored ({error}); see to the data disk")),
            other => Self::There(other.to_string()),
        }
    }
}

impl From<MediaFault> for Fault {
    fn from(fault: MediaFault) -> Self {
        Self::There(fault.to_string())
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::Here(error.to_string())
    }
}

/// What has arrived of it stays over a failure, a restart and a kill, and is gone on from.
async fn large(files: &Files, pace: &Pace, hash: Hash, bytes: u64, media: &Media) -> Result<(), Fault> {
    let place = files.mirrored(hash);
    let partial: PathBuf = place.with_extension("part");
    let fetch = Fetch { media, pace, hash: blake3::Hash::from_bytes(hash.0), bytes, partial: &partial, place: &place };
    fetch.run(|_| {}).await?;
    let stored = files.take(place).await?;
    if stored.hash == hash { Ok(()) } else { Err(Fault::There("the file was spoilt on its way to the disk".to_owned())) }
}

async fn small(files: &Files, pace: &Pace, hash: Hash, media: &Media) -> Result<(), Fault> {
    let mut piece = media.open(&blake3::Hash::from_bytes(hash.0), 0).await?;
    let mut bytes = Vec::new();
    while let Some(more) = piece.next().await? {
        pace.take(more.len()).await;
        bytes.extend_from_slice(&more);
        if bytes.len() > LONGEST_SMALL {
            return Err(Fault::There(format!("it sent more than the {LONGEST_SMALL} bytes that such a file may have")));
        }
    }
    if Hash::of(&bytes) != hash {
        return Err(Fault::There("what it sent is not the file that was asked for".to_owned()));
    }
    files.put(bytes).await?;
    Ok(())
}
