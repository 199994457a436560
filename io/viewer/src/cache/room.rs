//! Making room: who has to go when the cache grows too large.

use std::collections::BTreeSet;
use std::path::Path;

use domain::cell::Hash;

use super::Cache;

/// What the cache may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes of the disk that stay free, for everybody else.
    pub reserve: u64,
}

/// There is no room, and what is left is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{wanted} bytes do not fit into the cache: {possible} are possible beside what is being shown; raise cache.quota-mib or free the disk"
)]
pub struct NoRoom {
    /// How much was wanted.
    pub wanted: u64,
    /// How much would fit.
    pub possible: u64,
}

/// Size and free bytes of the disk that a folder is on.
///
/// # Errors
/// If the folder is missing.
pub fn disk_space(folder: &Path) -> std::io::Result<(u64, u64)> {
    let facts = rustix::fs::statvfs(folder)?;
    Ok((facts.f_blocks.saturating_mul(facts.f_frsize), facts.f_bavail.saturating_mul(facts.f_frsize)))
}

impl Cache {
    /// Gives up files that are not in `keep`, those first that nobody wanted for the longest time, until `wanted` bytes more fit into the quota and on the disk.
    ///
    /// # Errors
    /// [`NoRoom`] if they do not fit all the same; nothing was given up then.
    pub fn make_room(&self, wanted: u64, keep: &BTreeSet<Hash>, quota: Quota) -> Result<(), NoRoom> {
        let free = disk_space(&self.folder).map_or(u64::MAX, |(_, free)| free);
        self.make_room_of(wanted, keep, quota, free)
    }

    pub(super) fn make_room_of(&self, wanted: u64, keep: &BTreeSet<Hash>, quota: Quota, free: u64) -> Result<(), NoRoom> {
        let mut room = quota.bytes.saturating_sub(self.used()).min(free.saturating_sub(quota.reserve));
        let mut others: Vec<_> =
            self.entries.lock().iter().filter(|(hash, _)| !keep.contains(hash)).map(|(h, e)| (*h, e.clone())).collect();
        let possible = room + others.iter().map(|(_, entry)| entry.bytes).sum::<u64>();
        if possible < wanted {
            return Err(NoRoom { wanted, possible });
        }
        others.sort_by_key(|(hash, entry)| (entry.used, *hash));
        for (hash, entry) in others {
            if room >= wanted {
                break;
            }
            self.give_up(&hash);
            room += entry.bytes;
        }
        Ok(())
    }

    /// Where the cache lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
