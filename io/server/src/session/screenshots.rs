//! Screenshots of all viewers: the newest few of each, as files apart from the media, together no more than a bound.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::id::ViewerId;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Pictures that are kept of one viewer.
pub const OF_ONE: usize = 6;
/// What all of them may take, in bytes; beyond it the oldest of all go.
const MOST: u64 = 1024 * 1024 * 1024;
/// Pictures that wait for the disk. More are dropped: the next one comes.
const WAITING: usize = 32;

/// The pictures.
#[derive(Clone, Debug)]
pub struct Screenshots(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    most: u64,
    index: Mutex<Index>,
    disk: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Index {
    /// Bytes of each picture, by viewer and Unix milliseconds.
    kept: BTreeMap<(ViewerId, i64), u64>,
    by_age: BTreeSet<(i64, ViewerId)>,
    bytes: u64,
    /// What is not on disk yet.
    coming: BTreeMap<(ViewerId, i64), Bytes>,
}

impl Index {
    fn add(&mut self, viewer: ViewerId, at: i64, bytes: u64) {
        if let Some(before) = self.kept.insert((viewer, at), bytes) {
            self.bytes -= before;
        }
        self.by_age.insert((at, viewer));
        self.bytes += bytes;
    }

    fn forget(&mut self, viewer: ViewerId, at: i64) {
        if let Some(bytes) = self.kept.remove(&(viewer, at)) {
            self.by_age.remove(&(at, viewer));
            self.coming.remove(&(viewer, at));
            self.bytes -= bytes;
        }
    }

    fn of(&self, viewer: ViewerId) -> impl DoubleEndedIterator<Item = (i64, u64)> {
        self.kept.range((viewer, i64::MIN)..=(viewer, i64::MAX)).map(|((_, at), bytes)| (*at, *bytes))
    }

    /// Takes out what came before `oldest` and what is of viewers that are no more; names it, and the viewers that still have some.
    fn expire(&mut self, oldest: i64, is_there: impl Fn(ViewerId) -> bool) -> (Vec<(ViewerId, i64)>, BTreeSet<ViewerId>) {
        let is_old = |(viewer, at): &(ViewerId, i64)| *at < oldest || !is_there(*viewer);
        let going: Vec<_> = self.kept.keys().copied().filter(is_old).collect();
        going.iter().for_each(|(viewer, at)| self.forget(*viewer, *at));
        (going, self.kept.keys().map(|(viewer, _)| *viewer).collect())
    }

    /// Takes out what is too much, and names it.
    fn shrink(&mut self, viewer: ViewerId, most: u64) -> Vec<(ViewerId, i64)> {
        let surplus = self.of(viewer).count().saturating_sub(OF_ONE);
        let mut going: Vec<_> = self.of(viewer).take(surplus).map(|(at, _)| (viewer, at)).collect();
        going.iter().for_each(|(viewer, at)| self.forget(*viewer, *at));
        while self.bytes > most
            && let Some((at, viewer)) = self.by_age.first().copied()
        {
            self.forget(viewer, at);
            going.push((viewer, at));
        }
        going
    }
}

impl Screenshots {
    /// The pictures below the data folder, those of earlier runs too. The folder is made when the first one comes.
    #[must_use]
    pub fn open(data: &Path) -> Self {
        Self::bounded(data, MOST)
    }

    fn bounded(data: &Path, most: u64) -> Self {
        let folder = data.join("screenshots");
        let mut index = Index::default();
        for (viewer, path) in entries(&folder).filter_map(|entry| Some((named::<Uuid>(&entry)?, entry.path()))) {
            for entry in entries(&path) {
                match (named::<i64>(&entry), entry.metadata()) {
                    (Some(at), Ok(facts)) => index.add(viewer.into(), at, facts.len()),
                    // A part that a power cut left.
                    _ => drop(fs::remove_file(entry.path())),
                }
            }
        }
        Self(Arc::new(Inner { folder, most, index: Mutex::new(index), disk: Arc::new(Semaphore::new(WAITING)) }))
    }

    /// Keeps a picture that came at `now` (Unix milliseconds), and returns the time by which it is found from now on. None where too many
    /// wait for the disk. Call within a tokio runtime.
    pub fn keep(&self, viewer: ViewerId, picture: Bytes, now: i64) -> Option<i64> {
        let Ok(permit) = Arc::clone(&self.0.disk).try_acquire_owned() else {
            metrics::counter!("signboard_screenshots_dropped_total").increment(1);
            return None;
        };
        let mut index = self.0.index.lock();
        // Two in one millisecond, or a clock that was set back: the newest stays the newest.
        let at = index.of(viewer).next_back().map_or(now, |(last, _)| now.max(last + 1));
        index.add(viewer, at, picture.len() as u64);
        index.coming.insert((viewer, at), picture.clone());
        let going = index.shrink(viewer, self.0.most);
        drop(index);
        let this = self.clone();
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            this.settle(viewer, at, &picture, &going);
        });
        Some(at)
    }

    /// Brings the disk to what the index says.
    fn settle(&self, viewer: ViewerId, at: i64, picture: &[u8], going: &[(ViewerId, i64)]) {
        let written = write(&self.path(viewer, at), picture);
        let mut index = self.0.index.lock();
        if written.is_ok() {
            index.coming.remove(&(viewer, at));
        } else {
            index.forget(viewer, at);
        }
        // It may have become too old while it was written.
        let is_kept = index.kept.contains_key(&(viewer, at));
        drop(index);
        if let Err(error) = written {
            tracing::warn!(viewer.id = %viewer, %error, "a screenshot could not be kept");
        } else if !is_kept {
            let _ = fs::remove_file(self.path(viewer, at));
        }
        for (viewer, at) in going {
            // One that is still being written goes by itself, as above.
            let _ = fs::remove_file(self.path(*viewer, *at));
        }
    }

    /// The pictures of a viewer, the newest first: Unix milliseconds and bytes.
    #[must_use]
    pub fn list(&self, viewer: ViewerId) -> Vec<(i64, u64)> {
        self.0.index.lock().of(viewer).rev().collect()
    }

    /// When the newest picture of each viewer came, Unix milliseconds.
    #[must_use]
    pub fn newest(&self) -> BTreeMap<ViewerId, i64> {
        self.0.index.lock().kept.keys().copied().collect()
    }

    /// One picture; none if it is gone.
    pub async fn read(&self, viewer: ViewerId, at: i64) -> Option<Bytes> {
        match self.find(viewer, at)? {
            Some(picture) => Some(picture),
            None => tokio::fs::read(self.path(viewer, at)).await.ok().map(Bytes::from),
        }
    }

    /// A picture that is kept: none inside where it is on disk already.
    fn find(&self, viewer: ViewerId, at: i64) -> Option<Option<Bytes>> {
        let index = self.0.index.lock();
        index.kept.contains_key(&(viewer, at)).then(|| index.coming.get(&(viewer, at)).cloned())
    }

    /// Forgets the pictures that came before `oldest` (Unix milliseconds), and all of viewers that are no more.
    pub async fn expire(&self, oldest: i64, is_there: impl Fn(ViewerId) -> bool + Send) {
        let (going, left) = self.0.index.lock().expire(oldest, is_there);
        let this = self.clone();
        let remove = move || {
            for (viewer, at) in going {
                let _ = fs::remove_file(this.path(viewer, at));
                if !left.contains(&viewer) {
                    // It is empty now, unless a picture has just come.
                    let _ = fs::remove_dir(this.0.folder.join(viewer.to_string()));
                }
            }
        };
        let _ = tokio::task::spawn_blocking(remove).await;
    }

    fn path(&self, viewer: ViewerId, at: i64) -> PathBuf {
        self.0.folder.join(viewer.to_string()).join(at.to_string())
    }
}

/// Writes a file for the owner alone. It need not outlive a power cut.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let part = path.with_extension("part");
    let written = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
    let written = written.and_then(|mut file| file.write_all(bytes)).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn entries(folder: &Path) -> impl Iterator<Item = fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

fn named<T: std::str::FromStr>(entry: &fs::DirEntry) -> Option<T> {
    entry.file_name().to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIER: ViewerId = ViewerId(Uuid::from_u128(1));
    const HALL: ViewerId = ViewerId(Uuid::from_u128(2));

    fn picture(n: u8, bytes: usize) -> Bytes {
        vec![n; bytes].into()
    }

    /// Waits until nothing is on its way to the disk.
    async fn settled(screenshots: &Screenshots) {
        let _all = screenshots.0.disk.acquire_many(WAITING as u32).await.unwrap();
    }

    fn on_disk(data: &Path) -> usize {
        entries(&data.join("screenshots")).map(|folder| entries(&folder.path()).count()).sum()
    }

    #[tokio::test]
    async fn the_newest_few_are_kept_in_order_over_a_restart() {
        let data = tempfile::tempdir().unwrap();
        let screenshots = Screenshots::open(data.path());
        for n in 0..10_u8 {
            // The clock stands still, and is once set back.
            let at = screenshots.keep(PIER, picture(n, 100), if n == 5 { 1 } else { 1_000 }).unwrap();
            assert_eq!(at, 1_000 + i64::from(n));
            assert_eq!(screenshots.read(PIER, at).await, Some(picture(n, 100)), "at once, wherever it is");
        }
        settled(&screenshots).await;
        let times: Vec<i64> = screenshots.list(PIER).into_iter().map(|(at, _)| at).collect();
        assert_eq!(times, [1_009, 1_008, 1_007, 1_006, 1_005, 1_004]);
        assert_eq!((screenshots.read(PIER, 1_003).await, on_disk(data.path())), (None, OF_ONE));
        fs::write(data.path().join("screenshots").join(PIER.to_string()).join("7.part"), b"half").unwrap();
        let again = Screenshots::open(data.path());
        assert_eq!((again.list(PIER), on_disk(data.path())), (screenshots.list(PIER), OF_ONE));
        assert_eq!(again.read(PIER, 1_009).await, Some(picture(9, 100)));
        assert_eq!(again.newest(), BTreeMap::from([(PIER, 1_009)]));
    }

    #[tokio::test]
    async fn all_together_stay_within_their_bound_and_old_ones_go() {
        let data = tempfile::tempdir().unwrap();
        let screenshots = Screenshots::bounded(data.path(), 1_000);
        for n in 0..4_u8 {
            screenshots.keep(PIER, picture(n, 300), i64::from(n)).unwrap();
        }
        screenshots.keep(HALL, picture(9, 300), 10).unwrap();
        settled(&screenshots).await;
        assert_eq!(screenshots.list(PIER), [(3, 300), (2, 300)], "the oldest of all went");
        assert_eq!((screenshots.list(HALL), on_disk(data.path())), (vec![(10, 300)], 3));
        screenshots.expire(3, |_| true).await;
        assert_eq!((screenshots.list(PIER), on_disk(data.path())), (vec![(3, 300)], 2));
        screenshots.expire(0, |viewer| viewer == HALL).await;
        assert_eq!((screenshots.list(PIER), screenshots.list(HALL).len()), (vec![], 1));
        assert!(!data.path().join("screenshots").join(PIER.to_string()).exists());
    }

    #[tokio::test]
    async fn a_disk_that_takes_nothing_keeps_nothing_back() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("screenshots"), b"in the way").unwrap();
        let screenshots = Screenshots::open(data.path());
        let at = screenshots.keep(PIER, picture(1, 10), 5).unwrap();
        settled(&screenshots).await;
        assert_eq!((screenshots.list(PIER), screenshots.read(PIER, at).await), (vec![], None));
        assert!(screenshots.0.index.lock().coming.is_empty());
    }
}
