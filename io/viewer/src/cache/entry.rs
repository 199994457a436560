//! What is known of a file in the cache.

use std::fs::DirEntry;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use domain::cell::Hash;
use domain::groups::Groups;

/// A file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its length.
    pub(super) bytes: u64,
    /// When it was last wanted, by the clock of the machine.
    pub(super) used: SystemTime,
    /// When its content was last found to be right; none = not since the start.
    pub(super) checked: Option<Instant>,
    /// Its groups, once somebody has asked for them.
    pub(super) groups: Option<Arc<Groups>>,
}

impl Entry {
    /// One that was just downloaded and checked.
    pub(super) fn fresh(bytes: u64) -> Self {
        Self { bytes, used: SystemTime::now(), checked: Some(Instant::now()), groups: None }
    }

    /// One that lies there, unchecked. None if it is not ours.
    pub(super) fn of(file: &DirEntry) -> Option<(Hash, Self)> {
        let hash = file.file_name().to_str()?.parse().ok()?;
        let facts = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let used = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Some((hash, Self { bytes: facts.len(), used, checked: None, groups: None }))
    }
}
