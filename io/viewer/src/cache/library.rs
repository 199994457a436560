//! The cache, as the screen sees it.

use std::path::PathBuf;

use domain::cell::Hash;

use super::{Cache, Verdict};
use crate::screen::Library;

impl Library for Cache {
    /// A file that was not checked since the start is checked first, so that a corrupt one never reaches the screen.
    fn path(&self, hash: &Hash) -> Option<PathBuf> {
        let checked = self.entries.lock().get(hash)?.checked.is_some();
        (checked || self.check(hash) == Verdict::Sound).then(|| self.place(hash))
    }

    fn has(&self, hash: &Hash) -> bool {
        Self::has(self, hash)
    }
}
