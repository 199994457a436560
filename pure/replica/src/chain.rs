//! Chain hashes: two databases with the same number of an actor's entries have the same history exactly if the hashes agree.

use domain::log::{Chain, Entry};

use crate::encoding::encode;

/// The hash of a history that ends with `entry`, whose predecessor has the hash `previous`; all zero before the first.
#[must_use]
pub fn chain(previous: &Chain, entry: &Entry) -> Chain {
    chain_encoded(previous, &encode(entry))
}

/// As [`chain`], for an entry that is encoded already.
#[must_use]
pub fn chain_encoded(previous: &Chain, encoded: &[u8]) -> Chain {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous).update(encoded);
    let mut hash = Chain::default();
    hasher.finalize_xof().fill(&mut hash);
    hash
}
