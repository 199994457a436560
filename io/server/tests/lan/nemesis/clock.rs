//! The clock of one server, which can be set while it runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Brings the library that stands between a program and its clock.
pub(crate) const PROGRAM: (&str, &str) = ("faketime", "faketime");

/// A clock of a host. Patience is measured by another one, which no host can set.
pub(crate) struct Clock {
    folder: TempDir,
}

impl Clock {
    /// One that is right.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let clock = Self { folder: tempfile::tempdir()? };
        clock.set(0)?;
        Ok(clock)
    }

    /// Sets it so many seconds ahead, or back. A program that runs sees it within a second.
    pub(crate) fn set(&self, seconds: i64) -> anyhow::Result<()> {
        let part = self.folder.path().join("part");
        std::fs::write(&part, format!("{seconds:+}\n"))?;
        Ok(std::fs::rename(part, self.file())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }

    /// What a program needs to go by it.
    pub(crate) fn environment(&self) -> anyhow::Result<Vec<(OsString, OsString)>> {
        Ok(vec![
            ("LD_PRELOAD".into(), library()?.into()),
            ("FAKETIME_TIMESTAMP_FILE".into(), self.file().into()),
            ("FAKETIME_CACHE_DURATION".into(), "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC".into(), "1".into()),
        ])
    }
}

/// Where Debian keeps the library, whatever the processor.
fn library() -> anyhow::Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib")?.filter_map(Result::ok);
    let mut found = folders.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1")).filter(|path| Path::exists(path));
    found.next().ok_or_else(|| anyhow::anyhow!("no libfaketimeMT.so.1 below /usr/lib: apt-get install faketime"))
}
