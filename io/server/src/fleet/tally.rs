//! What the viewers of a fleet count together.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::snapshot::{Snapshot, Times};
use super::wave::Wave;
use crate::now::now_ms;

/// Different faults that are told apart; the others are counted as one.
const KINDS: usize = 50;

/// Answers that are remembered.
const ANSWERS: usize = 50_000;

/// Counts, all from the fleet's start unless they say otherwise.
pub(super) struct Tally {
    viewers: usize,
    pub(super) enrolled: AtomicU64,
    pub(super) not_enrolled: AtomicU64,
    pub(super) welcomed: AtomicU64,
    pub(super) heartbeats: AtomicU64,
    pub(super) applied: AtomicU64,
    pub(super) astray: AtomicU64,
    pub(super) files: AtomicU64,
    pub(super) wrong_files: AtomicU64,
    open: AtomicU64,
    settled: AtomicU64,
    /// Unix milliseconds; counts while all are settled.
    whole_since: AtomicI64,
    wave: Mutex<Wave>,
    /// Milliseconds, of the newest answers.
    answers: Mutex<VecDeque<i64>>,
    faults: Mutex<BTreeMap<String, u64>>,
}

impl Tally {
    pub(super) fn new(viewers: usize) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            viewers,
            enrolled: zero(),
            not_enrolled: zero(),
            welcomed: zero(),
            heartbeats: zero(),
            applied: zero(),
            astray: zero(),
            files: zero(),
            wrong_files: zero(),
            open: zero(),
            settled: zero(),
            whole_since: AtomicI64::new(0),
            wave: Mutex::default(),
            answers: Mutex::default(),
            faults: Mutex::default(),
        }
    }

    /// Counts one more.
    pub(super) fn one(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }

    /// Counts an open session for as long as the value lives.
    pub(super) fn open(&self) -> Held<'_> {
        Held::new(&self.open)
    }

    /// Counts a viewer with its whole slice for as long as the value lives.
    pub(super) fn settled(&self) -> Held<'_> {
        let held = Held::new(&self.settled);
        if self.is_whole() {
            self.whole_since.store(now_ms(), Relaxed);
        }
        held
    }

    fn is_whole(&self) -> bool {
        usize::try_from(self.settled.load(Relaxed)).is_ok_and(|settled| settled >= self.viewers)
    }

    pub(super) fn told(&self) {
        self.wave.lock().tell(Instant::now(), now_ms());
    }

    pub(super) fn holds(&self) {
        self.wave.lock().hold(Instant::now(), now_ms());
    }

    /// An answer came after so long.
    pub(super) fn answered(&self, after: Duration) {
        let mut answers = self.answers.lock();
        if answers.len() == ANSWERS {
            answers.pop_front();
        }
        answers.push_back(i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    }

    pub(super) fn fault(&self, what: String) {
        let mut faults = self.faults.lock();
        let what = if faults.len() < KINDS || faults.contains_key(&what) { what } else { "others".to_owned() };
        *faults.entry(what).or_default() += 1;
    }

    pub(super) fn snapshot(&self, since: Duration) -> Snapshot {
        let (told, held) = self.wave.lock().times();
        Snapshot {
            seconds: since.as_secs_f64(),
            viewers: self.viewers,
            enrolled: self.enrolled.load(Relaxed),
            not_enrolled: self.not_enrolled.load(Relaxed),
            open: self.open.load(Relaxed),
            settled: self.settled.load(Relaxed),
            whole_since: if self.is_whole() { self.whole_since.load(Relaxed) } else { 0 },
            welcomed: self.welcomed.load(Relaxed),
            heartbeats: self.heartbeats.load(Relaxed),
            applied: self.applied.load(Relaxed),
            astray: self.astray.load(Relaxed),
            files: self.files.load(Relaxed),
            wrong_files: self.wrong_files.load(Relaxed),
            told,
            held,
            answers: Times::of(self.answers.lock().make_contiguous()),
            faults: self.faults.lock().clone(),
        }
    }
}

/// Counts for as long as it lives.
pub(super) struct Held<'a>(&'a AtomicU64);

impl<'a> Held<'a> {
    fn new(counter: &'a AtomicU64) -> Self {
        counter.fetch_add(1, Relaxed);
        Self(counter)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_ends_with_its_value() {
        let tally = Tally::new(2);
        let session = tally.open();
        drop(tally.open());
        assert_eq!(tally.snapshot(Duration::ZERO).open, 1);
        drop(session);
        assert_eq!(tally.snapshot(Duration::ZERO).open, 0);
    }

    #[test]
    fn all_are_settled_since_the_last_one_was() {
        let tally = Tally::new(2);
        let since = || tally.snapshot(Duration::ZERO).whole_since;
        let first = tally.settled();
        assert_eq!(since(), 0);
        let before = now_ms();
        let second = tally.settled();
        assert!(since() >= before);
        drop(first);
        assert_eq!(since(), 0);
        drop(second);
    }

    #[test]
    fn faults_are_counted_by_kind_and_bounded() {
        let tally = Tally::new(1);
        for n in 0..KINDS + 10 {
            tally.fault(n.to_string());
        }
        tally.fault("0".to_owned());
        let faults = tally.snapshot(Duration::ZERO).faults;
        assert_eq!((faults.len(), faults["0"], faults["others"]), (KINDS + 1, 2, 10));
    }
}
