//! The latest time that is known to have passed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::disk::{self, Disk};

/// When this program was built, Unix seconds.
pub const BUILT: i64 = built();

const HOUR: i64 = 3_600;

/// The time on disk.
#[derive(Debug)]
pub struct StoredTime {
    path: PathBuf,
    disk: Arc<dyn Disk>,
    last: AtomicI64,
}

impl StoredTime {
    /// Reads it; where it is missing or was spoilt, [`BUILT`] counts.
    #[must_use]
    pub fn open(data: &Path, disk: Arc<dyn Disk>) -> Self {
        let path = data.join("time");
        let stored = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
        // A date far in the future would shut out every server for good.
        let legal = stored.filter(|seconds| (BUILT..BUILT + 100 * 365 * 24 * HOUR).contains(seconds));
        Self { path, disk, last: AtomicI64::new(legal.unwrap_or(BUILT)) }
    }

    /// Unix seconds.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Stores a time that has passed for certain, Unix seconds, if it is an hour later than the one stored.
    pub fn reach(&self, now: i64) {
        if now >= self.last() + HOUR {
            self.store(now);
        }
    }

    /// Stores the time that a server says, Unix seconds, if it is an hour away from the one stored: an earlier one too, since what was stored
    /// may come from a server whose clock was wrong.
    pub fn correct(&self, now: i64) {
        let now = now.max(BUILT);
        if now.abs_diff(self.last()) >= HOUR.unsigned_abs() {
            self.store(now);
        }
    }

    fn store(&self, now: i64) {
        self.last.store(now, Ordering::Relaxed);
        // A disk that takes nothing is told elsewhere; the time goes on in memory.
        let _ = disk::replace(self.disk.as_ref(), &self.path, now.to_string().as_bytes());
    }
}

/// The build script's number, read at compile time.
const fn built() -> i64 {
    let digits = env!("BUILT_AT").as_bytes();
    let (mut seconds, mut place) = (0_i64, 0);
    while place < digits.len() {
        seconds = seconds * 10 + (digits[place] - b'0') as i64;
        place += 1;
    }
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Local;

    #[test]
    fn the_time_is_stored_once_in_an_hour_and_nonsense_is_not_believed() {
        let data = tempfile::tempdir().unwrap();
        let open = || StoredTime::open(data.path(), Arc::new(Local));
        assert_eq!(open().last(), BUILT);
        let time = open();
        time.reach(BUILT + 3_599);
        time.correct(BUILT + 3_599);
        assert!(!data.path().join("time").exists());
        time.reach(BUILT + 9_000);
        assert_eq!(open().last(), BUILT + 9_000);
        time.reach(BUILT + 5_000);
        assert_eq!(open().last(), BUILT + 9_000, "what has passed has passed");
        time.correct(BUILT + 5_000);
        assert_eq!(open().last(), BUILT + 5_000, "a server knows better");
        time.correct(0);
        assert_eq!(open().last(), BUILT);
        for nonsense in ["", "soon", "-5", "99999999999999"] {
            std::fs::write(data.path().join("time"), nonsense).unwrap();
            assert_eq!(open().last(), BUILT, "{nonsense}");
        }
        const { assert!(BUILT > 1_700_000_000) };
    }
}
