//! Computes the hashes of a file while it is written.

use std::io::{self, Write};

use domain::cell::Hash;
use domain::groups::{Grouping, Groups};
use sha2::{Digest, Sha256};

use super::Stored;

/// Both hashes, the groups and the length of what was written so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Hasher {
    blake3: Grouping,
    sha256: Sha256,
}

impl Hasher {
    /// Goes on with `bytes`.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.blake3.update(bytes);
        self.sha256.update(bytes);
    }

    /// How many bytes were written.
    pub(super) fn size(&self) -> u64 {
        self.blake3.bytes()
    }

    /// The hashes, and the groups of the file.
    pub(super) fn finish(self) -> (Stored, Groups) {
        let groups = self.blake3.finish();
        let stored = Stored { hash: groups.hash(), sha256: Hash(self.sha256.finalize().into()), size: groups.bytes() };
        (stored, groups)
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
