//! Files that somebody asks for while they are not here: they are fetched at once.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::cell::Hash;
use domain::state::State;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::wanted::{Rank, Wanted};
use crate::app::App;

/// How long somebody waits for a file before he is told to come again.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long a file is fetched for after somebody asked for it last.
const REMEMBERED: Duration = Duration::from_secs(600);
/// So many are fetched for this reason; who asks for more waits for the others.
const MOST: usize = 256;

/// What was asked for, and is not here yet.
#[derive(Debug)]
pub(super) struct AskedFor {
    files: Mutex<BTreeMap<Hash, Instant>>,
    wake: Notify,
    settled: watch::Sender<u64>,
}

impl Default for AskedFor {
    fn default() -> Self {
        Self { files: Mutex::default(), wake: Notify::new(), settled: watch::Sender::new(0) }
    }
}

/// What became of a question for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// It is here now.
    Here,
    /// It is on its way: ask again.
    Later,
    /// No record names it, or no server can be asked.
    Unknown,
}

impl AskedFor {
    /// There is something to look at.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until somebody asked for another file, or another screen came.
    pub(super) async fn changed(&self) {
        self.wake.notified().await;
    }

    /// A fetch of this file has ended, one way or the other.
    pub(super) fn settled(&self, _: Hash) {
        self.settled.send_modify(|count| *count += 1);
    }

    /// Puts what was asked for before the rest, except emergencies.
    pub(super) fn first(&self, state: &State, mut wanted: Vec<Wanted>) -> Vec<Wanted> {
        let now = Instant::now();
        let mut files = self.files.lock();
        files.retain(|_, at| now - *at < REMEMBERED);
        if files.is_empty() {
            return wanted;
        }
        for one in &mut wanted {
            if files.contains_key(&one.hash) {
                one.rank = one.rank.min(Rank::Asked);
            }
        }
        for hash in files.keys() {
            if !wanted.iter().any(|one| one.hash == *hash)
                && let Some(media) = state.rows.media_by_hash(*hash)
            {
                let bytes = (media.hash == *hash).then_some(media.bytes);
                wanted.push(Wanted { rank: Rank::Asked, soon: 0, bytes, hash: *hash });
            }
        }
        drop(files);
        wanted.sort_unstable();
        wanted
    }
}

/// Fetches a file that is not here and that somebody waits for.
pub(crate) async fn come(app: &App, state: &State, hash: Hash) -> Came {
    let asked = &app.mirror.asked;
    if app.mirror.sources.is_empty() || state.rows.media_by_hash(hash).is_none() {
        return Came::Unknown;
    }
    let mut settled = asked.settled.subscribe();
    {
        let mut files = asked.files.lock();
        if files.len() >= MOST && !files.contains_key(&hash) {
            return Came::Later;
        }
        files.insert(hash, Instant::now());
    }
    // Who failed before is asked again, since somebody waits now.
    app.mirror.failures.lock().remove(&hash);
    asked.wake.notify_one();
    let waited = timeout(PATIENCE, async {
        while app.core.store().media().size(hash).is_none() {
            if settled.changed().await.is_err() || app.mirror.failures.lock().contains_key(&hash) {
                break;
            }
        }
    });
    let _ = waited.await;
    match app.core.store().media().size(hash) {
        Some(_) => {
            asked.files.lock().remove(&hash);
            Came::Here
        }
        None => Came::Later,
    }
}
