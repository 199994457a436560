//! Keeps fetching what is missing, as the state and the other servers come and change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::cell::Hash;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::fetching::{Failure, fetch};
use super::wanted::{Wanted, wanted};
use super::{NAMED, Progress};
use crate::app::App;

/// Files that are fetched at once.
const AT_ONCE: usize = 4;
/// Changes of the state are gathered for so long: a publication is several entries.
const GATHERED: Duration = Duration::from_millis(200);
/// Files that were seen are looked for again after this time: somebody may have removed one.
const LOOK_AGAIN: Duration = Duration::from_secs(600);

/// Fetches for ever. Without another server it does nothing.
pub async fn follow(app: App) {
    let mut work =
        Work { app: app.clone(), missing: Vec::new(), seen: BTreeSet::new(), running: JoinSet::new(), started: BTreeSet::new() };
    let (mut state, mut sources) = (app.core.watch(), app.mirror.sources.watch());
    let mut look = Instant::now() + LOOK_AGAIN;
    loop {
        if app.mirror.sources.is_empty() {
            // Whoever comes may have what nobody had.
            if sources.changed().await.is_err() {
                return;
            }
            app.mirror.failures.lock().clear();
            work.take_stock().await;
        }
        work.start();
        work.tell();
        let retry = work.next_due().unwrap_or(look).min(look);
        tokio::select! {
            changed = state.changed() => {
                if changed.is_err() {
                    return;
                }
                tokio::time::sleep(GATHERED).await;
                state.mark_unchanged();
                work.take_stock().await;
            }
            changed = sources.changed() => {
                if changed.is_err() {
                    return;
                }
                app.mirror.failures.lock().clear();
            }
            Some(ended) = work.running.join_next() => work.ended(ended),
            () = app.mirror.again.notified() => {
                work.seen.clear();
                work.take_stock().await;
            }
            () = sleep_until(retry) => {
                if Instant::now() >= look {
                    look = Instant::now() + LOOK_AGAIN;
                    work.seen.clear();
                    work.take_stock().await;
                }
            }
        }
    }
}

/// What is under way.
struct Work {
    app: App,
    /// The most urgent first.
    missing: Vec<Wanted>,
    /// Files that were found here: looking for 50,000 files after every change would be too much.
    seen: BTreeSet<Hash>,
    running: JoinSet<(Wanted, Result<(), String>)>,
    started: BTreeSet<Hash>,
}

impl Work {
    /// Compares what the state names with what is here.
    async fn take_stock(&mut self) {
        let (state, files) = (self.app.core.state(), self.app.core.store().media().clone());
        let mut seen = std::mem::take(&mut self.seen);
        let looked = tokio::task::spawn_blocking(move || {
            let all = wanted(&state.rows);
            let named: BTreeSet<Hash> = all.iter().map(|wanted| wanted.hash).collect();
            seen.retain(|hash| named.contains(hash));
            let missing: Vec<Wanted> = all
                .into_iter()
                .filter(|wanted| {
                    let here = seen.contains(&wanted.hash) || files.size(wanted.hash).is_some();
                    if here {
                        seen.insert(wanted.hash);
                    }
                    !here
                })
                .collect();
            (missing, seen)
        });
        if let Ok((missing, seen)) = looked.await {
            (self.missing, self.seen) = (missing, seen);
            let named: BTreeSet<Hash> = self.missing.iter().map(|wanted| wanted.hash).collect();
            self.app.mirror.failures.lock().retain(|hash, _| named.contains(hash));
        }
    }

    /// Starts as many as may run.
    fn start(&mut self) {
        let now = Instant::now();
        let due = |failures: &BTreeMap<Hash, Failure>, hash| failures.get(hash).is_none_or(|failure| failure.due <= now);
        let next: Vec<Wanted> = {
            let failures = self.app.mirror.failures.lock();
            let free = AT_ONCE.saturating_sub(self.running.len());
            let idle = self.missing.iter().filter(|wanted| !self.started.contains(&wanted.hash) && due(&failures, &wanted.hash));
            idle.take(free).copied().collect()
        };
        for wanted in next {
            let sources = self.app.mirror.sources.from(usize::from(wanted.hash.0[0]));
            if sources.is_empty() {
                return;
            }
            self.started.insert(wanted.hash);
            let app = self.app.clone();
            self.running.spawn(async move {
                let fetched = fetch(app.core.store().media(), &app.mirror.pace, wanted, &sources).await;
                (wanted, fetched)
            });
        }
    }

    fn ended(&mut self, ended: Result<(Wanted, Result<(), String>), tokio::task::JoinError>) {
        let (wanted, fetched) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                // Which one it was is not known; what it began is tried again.
                tracing::error!(%error, "fetching a file from another server broke off");
                self.started.clear();
                self.running.abort_all();
                self.running = JoinSet::new();
                return;
            }
        };
        self.started.remove(&wanted.hash);
        match fetched {
            Ok(()) => {
                tracing::debug!(hash = %wanted.hash, "a file of another server is here");
                self.missing.retain(|missing| missing.hash != wanted.hash);
                self.seen.insert(wanted.hash);
                self.app.mirror.failures.lock().remove(&wanted.hash);
                if wanted.bytes.is_none() {
                    // Plans were made without the body.
                    self.app.plans.renew();
                }
            }
            Err(why) => {
                let mut failures = self.app.mirror.failures.lock();
                let failure = Failure::after(failures.get(&wanted.hash), why, Instant::now());
                tracing::info!(hash = %wanted.hash, why = %failure.why, "a file of another server is not to be had now");
                failures.insert(wanted.hash, failure);
            }
        }
    }

    /// When the next failure may be tried again.
    fn next_due(&self) -> Option<Instant> {
        let failures = self.app.mirror.failures.lock();
        failures.iter().filter(|(hash, _)| !self.started.contains(hash)).map(|(_, failure)| failure.due).min()
    }

    fn tell(&self) {
        let failures = self.app.mirror.failures.lock();
        let progress = Progress {
            files: self.missing.len(),
            bytes: self.missing.iter().filter_map(|wanted| wanted.bytes).sum(),
            needed: self.missing.iter().filter(|wanted| wanted.rank <= super::Rank::Scheduled).count(),
            failing: failures.iter().take(NAMED).map(|(hash, failure)| (*hash, failure.why.clone())).collect(),
        };
        drop(failures);
        self.app.mirror.progress.send_if_modified(|known| {
            let differs = *known != progress;
            *known = progress;
            differs
        });
    }
}
