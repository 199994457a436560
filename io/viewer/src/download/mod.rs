//! Fetching what a plan needs: in the order of need, within the limits that the server sets.

mod fault;
mod hours;
mod queue;
mod task;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use control::v1;
use domain::cell::Hash;
use futures::FutureExt as _;
use net::control::{Media, Pace};
use tokio::task::JoinSet;

use crate::cache::{Cache, Quota};
use crate::planning::Want;
pub use fault::Why;
pub use hours::is_open;
use queue::Queue;

/// At once where the server says nothing.
const USUAL: usize = 2;
/// At once at the most.
const MOST: usize = 8;

/// What became of a download.
#[derive(Debug)]
pub enum Fetched {
    /// It is in the cache.
    Here(Hash),
    /// It is not, for this reason; it is tried again later.
    Missing(Hash, Why),
}

/// The downloads of a viewer.
pub struct Downloads {
    cache: Arc<Cache>,
    pace: Arc<Pace>,
    quota: Quota,
    at_once: usize,
    hours: Vec<v1::Hours>,
    queue: Queue,
    running: JoinSet<(Hash, Result<(), Why>)>,
    /// With how much room each needs.
    under_way: BTreeMap<Hash, u64>,
}

impl Downloads {
    /// Downloads into this cache.
    #[must_use]
    pub fn new(cache: Arc<Cache>, quota: Quota) -> Self {
        let (pace, queue, running) = (Arc::new(Pace::new(0)), Queue::default(), JoinSet::new());
        Self { cache, pace, quota, at_once: USUAL, hours: Vec::new(), queue, running, under_way: BTreeMap::new() }
    }

    /// Takes the limits that the server sets.
    pub fn limit(&mut self, limits: &v1::Download) {
        self.pace.set(limits.bytes_per_second);
        self.at_once = usize::try_from(limits.at_once).ok().filter(|n| *n > 0).unwrap_or(USUAL).min(MOST);
        self.hours.clone_from(&limits.hours);
    }

    /// What is missing now, in the order of need; `bare`: nothing whole stands on the screen, so that what should stand there now pays no heed to
    /// the hours. Downloads that are not wanted any more end, and those that hold up what presses begin again after it.
    pub fn want(&mut self, missing: Vec<Want>, bare: bool) {
        if missing.is_empty() && self.under_way.is_empty() && self.queue.is_empty() {
            return;
        }
        let wanted: BTreeSet<Hash> = missing.iter().map(|want| want.hash).collect();
        self.queue.set(missing, bare);
        let is_full = self.under_way.len() >= self.at_once;
        if !self.under_way.keys().all(|hash| wanted.contains(hash)) || (is_full && self.queue.is_held_up(&self.under_way)) {
            // Parts stay and go on from where they are.
            self.pause();
        }
    }

    /// Starts what may be started. `minute` is the minute of the viewer's day; `keep` is what must not be given up for it.
    pub fn start(&mut self, media: &Media, minute: u32, keep: &BTreeSet<Hash>, now: Instant) {
        let open = is_open(&self.hours, minute);
        while self.under_way.len() < self.at_once {
            let Some(want) = self.queue.next(open, now, &self.under_way) else { return };
            let promised: u64 = self.under_way.values().sum();
            if let Err(full) = self.cache.make_room(promised + want.bytes, keep, self.quota) {
                // It is asked again when what is under way is here.
                if promised > 0 {
                    return;
                }
                tracing::warn!(hash = %want.hash, %full, "a file does not fit");
                self.spawn(want.hash, 0, std::future::ready(Err(Why::Quota)));
                continue;
            }
            let task = task::run(media.clone(), Arc::clone(&self.cache), Arc::clone(&self.pace), want);
            self.spawn(want.hash, want.bytes, task);
        }
    }

    fn spawn(&mut self, hash: Hash, bytes: u64, task: impl Future<Output = Result<(), Why>> + Send + 'static) {
        self.under_way.insert(hash, bytes);
        self.running.spawn(async move {
            // One that breaks gives its place to the next, and comes again later like any other that failed.
            let ended = AssertUnwindSafe(task).catch_unwind().await;
            (hash, ended.unwrap_or(Err(Why::Network)))
        });
    }

    /// The next download that ends; waits for ever while none runs. May be dropped and called again.
    pub async fn ended(&mut self) -> Fetched {
        loop {
            let Some(ended) = self.running.join_next().await else {
                std::future::pending::<()>().await;
                continue;
            };
            // One that was called off says nothing.
            let Ok((hash, result)) = ended else { continue };
            self.under_way.remove(&hash);
            return match result {
                Ok(()) => {
                    self.queue.done(hash);
                    Fetched::Here(hash)
                }
                Err(why) => {
                    self.queue.failed(hash, why, Instant::now());
                    Fetched::Missing(hash, why)
                }
            };
        }
    }

    /// The server is gone: what runs ends, what is wanted stays wanted.
    pub fn pause(&mut self) {
        self.running.abort_all();
        self.running = JoinSet::new();
        self.under_way.clear();
    }

    /// Failures are forgotten: everything is tried again at once, as when a server comes back.
    pub fn forgive(&mut self) {
        self.queue.forgive();
    }

    /// What is wanted and not here, with what is under way.
    pub fn wanted(&self) -> impl Iterator<Item = Hash> {
        self.queue.wanted().chain(self.under_way.keys().copied())
    }

    /// Bytes that are still to be fetched; bodies whose length is not known do not count.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.queue.left()
    }

    /// What is missing and could not be fetched, with why.
    #[must_use]
    pub fn failures(&self) -> Vec<v1::MissingFile> {
        self.queue.failures()
    }
}

impl std::fmt::Debug for Downloads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Downloads({} under way, {} bytes left)", self.under_way.len(), self.left())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Local;

    #[tokio::test]
    async fn a_download_that_breaks_gives_its_place_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Arc::new(Cache::open(folder.path(), Arc::new(Local)).unwrap());
        let mut downloads = Downloads::new(cache, Quota { bytes: 1_000, reserve: 0 });
        let hash = Hash([7; 32]);
        downloads.spawn(hash, 10, async { panic!("the test breaks it") });
        assert!(matches!(downloads.ended().await, Fetched::Missing(found, Why::Network) if found == hash));
        assert!(downloads.under_way.is_empty());
    }
}
