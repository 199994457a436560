//! Files that the sample of a fleet fetches.

use std::sync::Arc;

use control::slice::holding::Holding;
use net::control::{Media, MediaFault};

use super::Fleet;
use super::tally::Tally;

/// The files of the media that a slice names, with their lengths.
pub(super) fn named(holding: &Holding) -> Vec<(blake3::Hash, u64)> {
    holding.rows().media.iter().map(|(_, held)| (blake3::Hash::from_bytes(held.value.hash.0), held.value.bytes)).collect()
}

impl Fleet {
    /// Fetches files and verifies them. Nothing is kept.
    pub(super) async fn fetch(self: Arc<Self>, media: Media, files: Vec<(blake3::Hash, u64)>) {
        for (hash, bytes) in files {
            match verified(&media, &hash, bytes).await {
                Ok(true) => Tally::one(&self.tally.files),
                Ok(false) => Tally::one(&self.tally.wrong_files),
                Err(fault) => self.tally.fault(format!("file: {fault}")),
            }
        }
    }
}

async fn verified(media: &Media, hash: &blake3::Hash, bytes: u64) -> Result<bool, MediaFault> {
    let mut piece = media.open(hash, 0).await?;
    let mut hasher = blake3::Hasher::new();
    while let Some(bytes) = piece.next().await? {
        hasher.update(&bytes);
    }
    Ok(hasher.count() == bytes && hasher.finalize() == *hash)
}
