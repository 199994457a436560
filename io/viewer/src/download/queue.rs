//! What waits to be fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use control::v1;
use domain::cell::Hash;

use super::Why;
use crate::planning::Want;

const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// What waits, in the order of need.
#[derive(Debug, Default)]
pub(super) struct Queue {
    wants: Vec<Want>,
    urgent: bool,
    failures: BTreeMap<Hash, Failure>,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    why: Why,
    again: Instant,
    wait: Duration,
}

impl Queue {
    pub(super) fn set(&mut self, wants: Vec<Want>, urgent: bool) {
        let wanted: BTreeSet<Hash> = wants.iter().map(|want| want.hash).collect();
        self.failures.retain(|hash, _| wanted.contains(hash));
        self.wants = wants;
        self.urgent = urgent;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wants.is_empty()
    }

    /// What to fetch next; none outside the hours unless it is urgent.
    pub(super) fn next(&self, open: bool, now: Instant, under_way: &BTreeMap<Hash, u64>) -> Option<Want> {
        if !open && !self.urgent {
            return None;
        }
        let is_due = |want: &&Want| self.failures.get(&want.hash).is_none_or(|failure| failure.again <= now);
        self.wants.iter().filter(|want| !under_way.contains_key(&want.hash)).find(is_due).copied()
    }

    pub(super) fn done(&mut self, hash: Hash) {
        self.wants.retain(|want| want.hash != hash);
        self.failures.remove(&hash);
    }

    /// It is tried again after 2 s, doubling up to 5 minutes.
    pub(super) fn failed(&mut self, hash: Hash, why: Why, now: Instant) {
        let wait = self.failures.get(&hash).map_or(FIRST_WAIT, |failure| (failure.wait * 2).min(LONGEST_WAIT));
        self.failures.insert(hash, Failure { why, again: now + wait, wait });
    }

    pub(super) fn forgive(&mut self) {
        self.failures.clear();
    }

    pub(super) fn wanted(&self) -> impl Iterator<Item = Hash> {
        self.wants.iter().map(|want| want.hash)
    }

    pub(super) fn left(&self) -> u64 {
        self.wants.iter().map(|want| want.bytes).sum()
    }

    pub(super) fn failures(&self) -> Vec<v1::MissingFile> {
        let missing = |want: &Want| {
            let failure = self.failures.get(&want.hash)?;
            Some(v1::MissingFile { hash: want.hash.to_string(), bytes: want.bytes, why: failure.why.name().to_owned() })
        };
        self.wants.iter().filter_map(missing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::Rank;

    fn want(n: u8) -> Want {
        Want { at: i64::from(n), rank: Rank::Media, bytes: 10, hash: Hash([n; 32]) }
    }

    #[test]
    fn the_most_needed_comes_first_and_failures_wait() {
        let (mut queue, now, none) = (Queue::default(), Instant::now(), BTreeMap::new());
        queue.set(vec![want(1), want(2), want(3)], false);
        assert_eq!(queue.next(true, now, &none), Some(want(1)));
        assert_eq!(queue.next(true, now, &BTreeMap::from([(want(1).hash, 10)])), Some(want(2)));
        queue.failed(want(1).hash, Why::Network, now);
        assert_eq!(queue.next(true, now, &none), Some(want(2)));
        assert_eq!(queue.next(true, now + FIRST_WAIT, &none), Some(want(1)));
        queue.failed(want(1).hash, Why::NotFound, now);
        assert_eq!(queue.next(true, now + FIRST_WAIT, &none), Some(want(2)), "the wait has doubled");
        assert_eq!((queue.failures().len(), queue.failures()[0].why.as_str(), queue.left()), (1, "not_found", 30));
        queue.done(want(1).hash);
        assert_eq!((queue.failures().len(), queue.left()), (0, 20));
        queue.failed(want(2).hash, Why::Quota, now);
        queue.forgive();
        assert_eq!(queue.next(true, now, &none), Some(want(2)));
    }

    #[test]
    fn hours_hold_what_is_not_urgent() {
        let (mut queue, now, none) = (Queue::default(), Instant::now(), BTreeMap::new());
        queue.set(vec![want(1)], false);
        assert_eq!(queue.next(false, now, &none), None);
        queue.set(vec![want(1)], true);
        assert_eq!(queue.next(false, now, &none), Some(want(1)));
    }
}
