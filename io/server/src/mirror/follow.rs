//! Keeps fetching what is missing, as the state and the other servers come and change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::cell::Hash;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::fetching::{Failure, fetch};
use super::wanted::{Rank, Wanted, wanted};
use super::{NAMED, Progress};
use crate::app::App;

/// Files that are fetched at once.
const AT_ONCE: usize = 4;
/// Changes of the state are gathered for so long: a publication is several entries.
const GATHERED: Duration = Duration::from_millis(200);
/// Files that were seen are looked for again after this time: somebody may have removed one, and the horizon moves.
const LOOK_AGAIN: Duration = Duration::from_secs(600);

/// Fetches for ever. Without another server it does nothing.
pub async fn follow(app: App) {
    let mut work =
        Work { app: app.clone(), missing: Vec::new(), seen: BTreeSet::new(), tasks: JoinSet::new(), running: BTreeMap::new() };
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
            Some(ended) = work.tasks.join_next_with_id() => work.ended(ended),
            () = app.mirror.asked.changed() => work.take_stock().await,
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
    tasks: JoinSet<Result<(), String>>,
    running: BTreeMap<Id, (Wanted, AbortHandle)>,
}

impl Work {
    /// Compares what should be here with what is here.
    async fn take_stock(&mut self) {
        let (app, state) = (self.app.clone(), self.app.core.state());
        let mut seen = std::mem::take(&mut self.seen);
        let looked = tokio::task::spawn_blocking(move || {
            let files = app.core.store().media();
            let (scope, horizon) = super::scope::of_this_server(&app, &state);
            let all = app.mirror.asked.first(&state, wanted(&state.rows, &scope, horizon));
            let named: BTreeSet<Hash> = all.iter().map(|wanted| wanted.hash).collect();
            seen.retain(|hash| named.contains(hash));
            let missing: Vec<Wanted> = all
                .into_iter()
                .filter(|wanted| {
                    // Somebody who asks has seen that it is not here.
                    let known = wanted.rank > Rank::Asked && seen.contains(&wanted.hash);
                    let here = known || files.size(wanted.hash).is_some();
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

    /// Starts as many as may run. What is needed sooner takes the place of what is needed later, which then goes on from where it was.
    fn start(&mut self) {
        let now = Instant::now();
        let running: BTreeSet<Hash> = self.running.values().map(|(wanted, _)| wanted.hash).collect();
        let idle: Vec<Wanted> = {
            let failures = self.app.mirror.failures.lock();
            let due = |hash| failures.get(hash).is_none_or(|failure| failure.due <= now);
            let idle = self.missing.iter().filter(|wanted| !running.contains(&wanted.hash) && due(&wanted.hash));
            idle.take(AT_ONCE).copied().collect()
        };
        for wanted in idle {
            if self.running.len() >= AT_ONCE && !self.give_way(wanted.rank) {
                return;
            }
            let app = self.app.clone();
            let handle = self.tasks.spawn(async move { fetch(&app, wanted).await });
            self.running.insert(handle.id(), (wanted, handle));
        }
    }

    /// Stops the least urgent fetch if it is less urgent than `rank`.
    fn give_way(&mut self, rank: Rank) -> bool {
        let last = self
            .running
            .iter()
            .max_by_key(|(_, (wanted, _))| (wanted.rank, wanted.soon))
            .map(|(id, (wanted, _))| (*id, wanted.rank));
        let Some((id, _)) = last.filter(|(_, last)| *last > rank) else { return false };
        if let Some((_, handle)) = self.running.remove(&id) {
            handle.abort();
        }
        true
    }

    fn ended(&mut self, ended: Result<(Id, Result<(), String>), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        // One that gave way is not here any more.
        let Some((wanted, _)) = self.running.remove(&id) else { return };
        let fetched = ended.map_or_else(|error| Err(format!("fetching it broke off: {error}")), |(_, fetched)| fetched);
        match fetched {
            Ok(()) => {
                tracing::debug!(hash = %wanted.hash, "a file of another server is here");
                self.missing.retain(|missing| missing.hash != wanted.hash);
                self.seen.insert(wanted.hash);
                self.app.mirror.failures.lock().remove(&wanted.hash);
                self.app.mirror.check.mended(wanted.hash);
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
        self.app.mirror.asked.settled(wanted.hash);
    }

    /// When the next failure may be tried again.
    fn next_due(&self) -> Option<Instant> {
        let running: BTreeSet<Hash> = self.running.values().map(|(wanted, _)| wanted.hash).collect();
        let failures = self.app.mirror.failures.lock();
        failures.iter().filter(|(hash, _)| !running.contains(hash)).map(|(_, failure)| failure.due).min()
    }

    fn tell(&self) {
        let failures = self.app.mirror.failures.lock();
        let progress = Progress {
            files: self.missing.len(),
            bytes: self.missing.iter().filter_map(|wanted| wanted.bytes).sum(),
            needed: self.missing.iter().filter(|wanted| wanted.rank <= Rank::Scheduled).count(),
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
