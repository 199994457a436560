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
use tokio::task::{AbortHandle, JoinSet};

use crate::cache::{Cache, Quota};
use crate::neighbours::Circle;
use crate::planning::{Press, Want};
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
    /// Viewers of the same site.
    circle: Arc<Circle>,
    pace: Arc<Pace>,
    /// For what an emergency shows: no limit.
    no_pace: Arc<Pace>,
    /// Whether the server sets a limit.
    is_limited: bool,
    quota: Quota,
    at_once: usize,
    hours: Vec<v1::Hours>,
    queue: Queue,
    running: JoinSet<(Hash, u64, Result<(), Why>)>,
    under_way: BTreeMap<Hash, UnderWay>,
    /// How many were begun.
    begun: u64,
}

/// A download that runs.
#[derive(Debug)]
struct UnderWay {
    /// Which of all that were begun it is: one that was called off may end all the same.
    number: u64,
    /// How much room it needs.
    bytes: u64,
    /// How it pressed when it was begun.
    press: Press,
    task: AbortHandle,
}

impl Downloads {
    /// Downloads into this cache.
    #[must_use]
    pub fn new(cache: Arc<Cache>, quota: Quota, circle: Arc<Circle>) -> Self {
        let [pace, no_pace] = [(), ()].map(|()| Arc::new(Pace::new(0)));
        let (queue, running, under_way) = (Queue::default(), JoinSet::new(), BTreeMap::new());
        Self {
            cache,
            circle,
            pace,
            no_pace,
            is_limited: false,
            quota,
            at_once: USUAL,
            hours: Vec::new(),
            queue,
            running,
            under_way,
            begun: 0,
        }
    }

    /// Takes the limits that the server sets.
    pub fn limit(&mut self, limits: &v1::Download) {
        self.pace.set(limits.bytes_per_second);
        self.is_limited = limits.bytes_per_second > 0;
        self.at_once = usize::try_from(limits.at_once).ok().filter(|n| *n > 0).unwrap_or(USUAL).min(MOST);
        self.hours.clone_from(&limits.hours);
    }

    /// What is missing now, in the order of need; `bare`: nothing whole stands on the screen, so that what should stand there now pays no heed to
    /// the hours. Downloads that are not wanted any more end, those that hold up what presses begin again after it, and what an emergency has come
    /// to show begins again without a limit.
    pub fn want(&mut self, missing: Vec<Want>, bare: bool, now: Instant) {
        self.circle.want(missing.iter().map(|want| want.hash).collect());
        if missing.is_empty() && self.under_way.is_empty() && self.queue.is_empty() {
            return;
        }
        let wanted: BTreeMap<Hash, Press> = missing.iter().map(|want| (want.hash, want.press)).collect();
        self.queue.set(missing, bare);
        let (alarm, is_full) = (self.queue.has_alarm(now), self.under_way.len() >= self.at_once);
        let is_held_up = is_full && self.queue.is_held_up(&self.under_way);
        // Parts stay and go on from where they are.
        self.under_way.retain(|hash, running| {
            let stays = match wanted.get(hash) {
                None => false,
                Some(Press::Emergency) => running.press == Press::Emergency,
                Some(_) => !alarm && !is_held_up,
            };
            if !stays {
                running.task.abort();
            }
            stays
        });
    }

    /// Starts what may be started. `minute` is the minute of the viewer's day; `keep` is what must not be given up for it.
    pub fn start(&mut self, media: &Media, minute: u32, keep: &BTreeSet<Hash>, now: Instant) {
        let open = is_open(&self.hours, minute);
        while self.under_way.len() < self.at_once {
            let Some(want) = self.queue.next(open, now, &self.under_way) else { return };
            let promised: u64 = self.under_way.values().map(|running| running.bytes).sum();
            if let Err(full) = self.cache.make_room(promised + want.bytes, keep, self.quota) {
                // It is asked again when what is under way is here.
                if promised > 0 {
                    return;
                }
                tracing::warn!(hash = %want.hash, %full, "a file does not fit");
                self.spawn(Want { bytes: 0, ..want }, std::future::ready(Err(Why::Quota)));
                continue;
            }
            let is_free = want.press == Press::Emergency || !self.is_limited;
            let pace = if want.press == Press::Emergency { &self.no_pace } else { &self.pace };
            let fetching = task::Fetching {
                media: media.clone(),
                cache: Arc::clone(&self.cache),
                circle: Arc::clone(&self.circle),
                pace: Arc::clone(pace),
                is_free,
                want,
            };
            self.spawn(want, fetching.run());
        }
    }

    fn spawn(&mut self, want: Want, task: impl Future<Output = Result<(), Why>> + Send + 'static) {
        self.begun += 1;
        let (hash, number) = (want.hash, self.begun);
        let task = self.running.spawn(async move {
            // One that breaks gives its place to the next, and comes again later like any other that failed.
            let ended = AssertUnwindSafe(task).catch_unwind().await;
            (hash, number, ended.unwrap_or(Err(Why::Network)))
        });
        self.under_way.insert(hash, UnderWay { number, bytes: want.bytes, press: want.press, task });
    }

    /// The next download that ends; waits for ever while none runs. May be dropped and called again.
    pub async fn ended(&mut self) -> Fetched {
        loop {
            let Some(ended) = self.running.join_next().await else {
                std::future::pending::<()>().await;
                continue;
            };
            // One that was called off says nothing.
            let Ok((hash, number, result)) = ended else { continue };
            let is_present = self.under_way.get(&hash).is_some_and(|running| running.number == number);
            if is_present {
                self.under_way.remove(&hash);
            }
            return match result {
                Ok(()) => {
                    self.queue.done(hash);
                    Fetched::Here(hash)
                }
                Err(_) if !is_present => continue,
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

    /// Whether something is wanted that is not here.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        !self.queue.is_empty()
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
mod tests;
