//! Making runs when they are due.

use std::collections::BTreeMap;

use domain::task::{Run, RunState, agenda};
use store::facts::Facts;
use uuid::Uuid;

use super::{Open, Tasks, fact};
use crate::core::Core;

/// How far each look reaches back behind the one before, in milliseconds: a task may become durable a while after the time at which it was made.
const BACK_MS: i64 = 60_000;
/// How far ahead the next due time is sought, in milliseconds.
const AHEAD_MS: i64 = 60_000;
/// So often at least it is noted up to where somebody looked, in milliseconds.
const NOTE_MS: i64 = 15 * 60_000;
/// The most runs that are stored in one transaction.
const AT_ONCE: usize = 2_000;

/// Who looks what is due.
#[derive(Debug)]
pub(super) struct Maker {
    /// Up to here it was looked, Unix milliseconds.
    looked: i64,
    /// Up to here it was looked before the clock was set back: runs of this time may have been made, and have ended.
    doubt: i64,
    /// Up to here the store knows.
    noted: i64,
    /// The runs of the latest looks with their due times, so that looking back makes none twice.
    recent: BTreeMap<Uuid, i64>,
    /// Whether runs of before this start may be among those that are due.
    first: bool,
}

impl Maker {
    /// Goes on where the server stopped, and takes up the runs that had not ended.
    pub(super) async fn resume(tasks: &Tasks, facts: &Facts, now: i64) -> Result<Self, store::Error> {
        let before = facts.tasks_looked().await?.unwrap_or(now);
        let open = facts.open_task_runs().await?;
        let runs = open.into_iter().filter_map(fact::read).map(|run| (run.id, Open::new(run)));
        tasks.open.lock().extend(runs);
        let (looked, doubt) = (before.min(now), doubtful(i64::MIN, before, now));
        Ok(Self { looked, doubt, noted: 0, recent: BTreeMap::new(), first: true })
    }

    /// Makes what is due at `now`, and says when to look again; both Unix milliseconds.
    pub(super) async fn look(&mut self, tasks: &Tasks, core: &Core, now: i64) -> Result<i64, store::Error> {
        let facts = core.store().facts();
        self.doubt = doubtful(self.doubt, self.looked, now);
        let found = agenda(&core.state(), self.looked.saturating_sub(BACK_MS), now, now + AHEAD_MS);
        let mut fresh = Vec::new();
        // Those of before this start too: the next look reaches back to them, and asks the store no more.
        let seen: Vec<(Uuid, i64)> = found.runs.iter().map(|run| (run.id, run.planned)).collect();
        for run in found.runs {
            let is_known = self.recent.contains_key(&run.id) || tasks.open.lock().contains_key(&run.id);
            let may_be_stored = self.first || run.planned <= self.doubt;
            let was_made = is_known || (may_be_stored && facts.task_run(run.id).await?.is_some());
            if !was_made {
                fresh.push(run);
            }
        }
        if !fresh.is_empty() || now - self.noted >= NOTE_MS {
            self.store(facts, &fresh, now).await?;
            self.noted = now;
        }
        (self.looked, self.first) = (now, false);
        self.recent.retain(|_, planned| *planned > now - 2 * BACK_MS);
        self.recent.extend(seen);
        tasks.admit(fresh, now);
        Ok(found.next.unwrap_or(now + AHEAD_MS))
    }

    async fn store(&self, facts: &Facts, runs: &[Run], now: i64) -> Result<(), store::Error> {
        let mut chunks = runs.chunks(AT_ONCE).peekable();
        while let Some(chunk) = chunks.next() {
            // Only the last one says that all are there. A crash before it makes the same runs with the same ids again.
            let looked = if chunks.peek().is_none() { now } else { self.looked };
            facts.add_task_runs(chunk.iter().map(fact::write).collect(), looked).await?;
        }
        if runs.is_empty() { facts.add_task_runs(Vec::new(), now).await } else { Ok(()) }
    }
}

/// Up to when runs may have been made already: where the clock was set back, up to where was looked before.
fn doubtful(before: i64, looked: i64, now: i64) -> i64 {
    if now < looked { before.max(looked) } else { before }
}

impl Tasks {
    /// Takes up new runs. Where one of before still waits for the same viewer, the new one takes its place.
    fn admit(&self, runs: Vec<Run>, now: i64) {
        if runs.is_empty() {
            return;
        }
        let mut open = self.open.lock();
        let mut changed = self.changed.lock();
        let fresh: BTreeMap<_, _> = runs.iter().map(|run| ((run.task, run.viewer), run.id)).collect();
        for entry in open.values_mut() {
            let replaced = fresh.get(&(entry.run.task, entry.run.viewer)).is_some_and(|id| *id != entry.run.id);
            if replaced && entry.run.state == RunState::Waiting {
                entry.dirty |= entry.run.replaced(now);
            }
        }
        for run in runs {
            changed.insert(run.task);
            open.insert(run.id, Open::new(run));
        }
        self.news.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::doubtful;

    #[test]
    fn an_hour_that_comes_twice_is_in_doubt_and_no_other() {
        let hour = 3_600_000;
        let usual = doubtful(i64::MIN, 5 * hour, 5 * hour + 1);
        assert_eq!(usual, i64::MIN);
        let back = doubtful(usual, 5 * hour, 4 * hour);
        assert_eq!((back, doubtful(back, 4 * hour, 4 * hour + 1)), (5 * hour, 5 * hour));
        assert_eq!(doubtful(back, 4 * hour, 3 * hour), 5 * hour);
    }
}
