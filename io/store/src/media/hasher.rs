//! Computes the hashes of a file while it is written.

use std::io::{self, Write};

use domain::cell::Hash;
use sha2::{Digest, Sha256};

use super::Stored;

/// Both hashes and the length of what was written so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Hasher {
    blake3: blake3::Hasher,
    sha256: Sha256,
    size: u64,
}

impl Hasher {
    /// Goes on with `bytes`.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.blake3.update(bytes);
        self.sha256.update(bytes);
        self.size += bytes.len() as u64;
    }

    /// How many bytes were written.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The hashes.
    pub(super) fn finish(self) -> Stored {
        let hash = Hash(*self.blake3.finalize().as_bytes());
        Stored { hash, sha256: Hash(self.sha256.finalize().into()), size: self.size }
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
