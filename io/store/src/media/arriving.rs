//! A file that comes from other servers, group by group, in any order.
//!
//! Only groups that were held against the file's hash are written, each at its place. So nothing has to be remembered: after a crash
//! those that are there are found by looking.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::cell::Hash;
use domain::groups::{GROUP, Groups};
use parking_lot::Mutex;
use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use super::{Media, Stored};
use crate::error::Error;

/// So much is written before the disk is asked to keep it, so that the end of a film need not wait for all of it.
const SYNCED_EVERY: u64 = 64 << 20;

/// A file under way. A clone is a handle.
#[derive(Clone, Debug)]
pub struct Arriving(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    media: Media,
    groups: Groups,
    file: File,
    path: PathBuf,
    missing: Mutex<BTreeSet<u64>>,
    unsynced: AtomicU64,
}

impl Media {
    /// Begins with a file, or goes on with what came of it earlier: a group that is there is looked for and verified, not asked for.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::File`].
    pub async fn arrive(&self, groups: Groups) -> Result<Arriving, Error> {
        self.blocking(move |media| {
            let path = media.arriving_path(groups.hash());
            let fail = |error: io::Error| Error::file(&path, error);
            let spoilt = media.quarantined(groups.hash());
            if !path.exists() && fs::metadata(&spoilt).is_ok_and(|facts| facts.len() == groups.bytes()) {
                // Most of a spoilt file is right: only the rest has to come again.
                fs::copy(&spoilt, &path).map_err(fail)?;
            }
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(fail)?;
            file.set_len(groups.bytes()).map_err(fail)?;
            let missing = missing(&file, &groups).map_err(fail)?;
            let inner =
                Inner { media: media.clone(), groups, file, path, missing: Mutex::new(missing), unsynced: AtomicU64::new(0) };
            Ok(Arriving(Arc::new(inner)))
        })
        .await
    }

    /// Where a file lies that is under way.
    pub(super) fn arriving_path(&self, hash: Hash) -> PathBuf {
        self.0.parts.join(format!("{hash}.part"))
    }
}

impl Arriving {
    /// What the file's groups must be.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.0.groups
    }

    /// The groups that are not there, in order.
    #[must_use]
    pub fn missing(&self) -> BTreeSet<u64> {
        self.0.missing.lock().clone()
    }

    /// Verifies a group that came in these parts, and writes it to its place; false if it is not the file's.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::File`].
    pub async fn write<B: AsRef<[u8]> + Send + 'static>(&self, group: u64, parts: Vec<B>) -> Result<bool, Error> {
        let this = self.clone();
        self.0.media.blocking(move |_| this.write_now(group, &parts)).await
    }

    fn write_now<B: AsRef<[u8]>>(&self, group: u64, parts: &[B]) -> Result<bool, Error> {
        let inner = &self.0;
        if !inner.groups.is_right(group, parts) {
            return Ok(false);
        }
        let fail = |error: io::Error| Error::file(&inner.path, error);
        let mut at = inner.groups.range(group).start;
        for part in parts {
            inner.file.write_all_at(part.as_ref(), at).map_err(fail)?;
            at += part.as_ref().len() as u64;
        }
        inner.missing.lock().remove(&group);
        let unsynced = inner.unsynced.fetch_add(GROUP, Ordering::Relaxed) + GROUP;
        if unsynced >= SYNCED_EVERY && inner.unsynced.swap(0, Ordering::Relaxed) >= SYNCED_EVERY {
            inner.file.sync_data().map_err(fail)?;
        }
        Ok(true)
    }

    /// Makes the file part of the store, durably.
    ///
    /// # Errors
    /// [`Error::Conflict`] if a group is missing; [`Error::Full`] or [`Error::File`].
    pub async fn finish(&self) -> Result<(), Error> {
        let this = self.clone();
        self.0
            .media
            .blocking(move |media| {
                let inner = &this.0;
                let missing = inner.missing.lock().len();
                if missing > 0 {
                    return Err(Error::Conflict {
                        what: format!("{missing} groups of file {} have not come", inner.groups.hash()),
                    });
                }
                let stored = Stored { hash: inner.groups.hash(), sha256: Hash::default(), size: inner.groups.bytes() };
                media.keep(&inner.file, &inner.path, stored)?;
                media.keep_groups(&inner.groups);
                Ok(())
            })
            .await
    }
}

/// Looks for groups that are there already. What was never written is passed over where the file system knows it.
fn missing(file: &File, groups: &Groups) -> io::Result<BTreeSet<u64>> {
    let mut missing: BTreeSet<u64> = (0..groups.count()).collect();
    let mut block = Vec::new();
    let mut at = 0;
    while at < groups.bytes() {
        let group = match seek(file, SeekFrom::Data(at)) {
            Ok(data) => data.max(at) / GROUP,
            Err(Errno::NXIO) => break,
            Err(_) => at / GROUP,
        };
        let range = groups.range(group);
        seek(file, SeekFrom::Start(range.start))?;
        block.clear();
        let mut reader = file;
        (&mut reader).take(range.end - range.start).read_to_end(&mut block)?;
        if groups.is_right(group, &[&block]) {
            missing.remove(&group);
        }
        at = range.end;
    }
    Ok(missing)
}
