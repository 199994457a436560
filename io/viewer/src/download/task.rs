//! One download.

use std::sync::Arc;

use domain::cell::Hash;
use net::control::{Fetch, Media, Pace};

use super::Why;
use crate::cache::Cache;
use crate::planning::Want;

/// A body is at most this long, so one whose length is not known needs no more.
const LONGEST_BODY: usize = domain::body::MAX_BYTES;

/// Fetches a file into the cache.
pub(super) async fn run(media: Media, cache: Arc<Cache>, pace: Arc<Pace>, want: Want) -> Result<(), Why> {
    if want.bytes == 0 {
        return body(&media, &cache, &pace, want.hash).await;
    }
    let place = cache.part(&want.hash);
    let fetch = Fetch {
        media: &media,
        pace: &pace,
        hash: blake3::Hash::from_bytes(want.hash.0),
        bytes: want.bytes,
        partial: &place.with_extension("part"),
        place: &place,
    };
    fetch.run(|_| {}).await.map_err(|fault| {
        tracing::info!(hash = %want.hash, %fault, "a file was not fetched");
        Why::from(&fault)
    })?;
    store(move || cache.adopt(&want.hash)).await
}

/// Fetches a small file whose length nobody has said.
async fn body(media: &Media, cache: &Arc<Cache>, pace: &Pace, hash: Hash) -> Result<(), Why> {
    let fault = |fault| {
        tracing::info!(%hash, %fault, "a body was not fetched");
        Why::from(&fault)
    };
    let mut piece = media.open(&blake3::Hash::from_bytes(hash.0), 0).await.map_err(fault)?;
    let mut bytes = Vec::new();
    while let Some(more) = piece.next().await.map_err(fault)? {
        pace.take(more.len()).await;
        bytes.extend_from_slice(&more);
        if bytes.len() > LONGEST_BODY {
            return Err(Why::Corrupt);
        }
    }
    if Hash::of(&bytes) != hash {
        return Err(Why::Corrupt);
    }
    let cache = Arc::clone(cache);
    store(move || cache.put(&bytes).map(drop)).await
}

/// Syncing takes its time, so it happens aside.
async fn store(act: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> Result<(), Why> {
    let stored = tokio::task::spawn_blocking(act).await.unwrap_or_else(|fault| Err(std::io::Error::other(fault)));
    stored.map_err(|error| {
        tracing::warn!(%error, "a file that was fetched cannot be stored");
        Why::Disk
    })
}
