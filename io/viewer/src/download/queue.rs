//! What waits to be fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use control::v1;
use domain::cell::Hash;

use super::{UnderWay, Why};
use crate::planning::{Press, Want};

const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// What waits, in the order of need.
#[derive(Debug, Default)]
pub(super) struct Queue {
    wants: Vec<Want>,
    /// Whether nothing whole stands on the screen in place of what should.
    bare: bool,
    failures: BTreeMap<Hash, Failure>,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    why: Why,
    again: Instant,
    wait: Duration,
}

impl Queue {
    pub(super) fn set(&mut self, wants: Vec<Want>, bare: bool) {
        let wanted: BTreeSet<Hash> = wants.iter().map(|want| want.hash).collect();
        self.failures.retain(|hash, _| wanted.contains(hash));
        self.wants = wants;
        self.bare = bare;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wants.is_empty()
    }

    /// What to fetch next; outside the hours only what presses, and while an emergency lacks something only that.
    pub(super) fn next(&self, open: bool, now: Instant, under_way: &BTreeMap<Hash, UnderWay>) -> Option<Want> {
        let alarm = self.has_alarm(now);
        let may = |want: &&Want| if alarm { want.press == Press::Emergency } else { open || self.presses(want) };
        let waiting = self.wants.iter().filter(|want| !under_way.contains_key(&want.hash));
        waiting.filter(may).find(|want| self.is_due(want, now)).copied()
    }

    /// Whether an emergency lacks something that comes, or may be asked for.
    pub(super) fn has_alarm(&self, now: Instant) -> bool {
        self.wants.iter().any(|want| want.press == Press::Emergency && self.is_due(want, now))
    }

    fn is_due(&self, want: &Want, now: Instant) -> bool {
        self.failures.get(&want.hash).is_none_or(|failure| failure.again <= now)
    }

    /// Whether it does not wait for the hours.
    fn presses(&self, want: &Want) -> bool {
        match want.press {
            Press::Emergency => true,
            Press::Now => self.bare,
            Press::Later => false,
        }
    }

    /// Whether something that presses stands behind what does not: none of it is on its way, and all places are taken.
    pub(super) fn is_held_up(&self, under_way: &BTreeMap<Hash, UnderWay>) -> bool {
        let pressing = || self.wants.iter().filter(|want| self.presses(want) && !self.failures.contains_key(&want.hash));
        pressing().next().is_some() && !pressing().any(|want| under_way.contains_key(&want.hash))
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

    /// These run. Call within a runtime.
    fn under_way(wants: &[Want]) -> BTreeMap<Hash, UnderWay> {
        let task = || tokio::spawn(std::future::pending::<()>()).abort_handle();
        let running = |want: &Want| (want.hash, UnderWay { number: 0, bytes: want.bytes, press: want.press, task: task() });
        wants.iter().map(running).collect()
    }

    fn want(n: u8) -> Want {
        Want { at: i64::from(n), rank: Rank::Media, press: Press::Later, bytes: 10, hash: Hash([n; 32]) }
    }

    #[tokio::test]
    async fn the_most_needed_comes_first_and_failures_wait() {
        let (mut queue, now, none) = (Queue::default(), Instant::now(), BTreeMap::new());
        queue.set(vec![want(1), want(2), want(3)], false);
        assert_eq!(queue.next(true, now, &none), Some(want(1)));
        assert_eq!(queue.next(true, now, &under_way(&[want(1)])), Some(want(2)));
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

    #[tokio::test]
    async fn outside_the_hours_only_what_presses_is_fetched() {
        let (mut queue, now, none) = (Queue::default(), Instant::now(), BTreeMap::new());
        let (shown, alarm) = (Want { press: Press::Now, ..want(1) }, Want { press: Press::Emergency, ..want(3) });
        queue.set(vec![shown, want(2)], false);
        assert_eq!(queue.next(false, now, &none), None);
        queue.set(vec![want(2), shown], true);
        assert_eq!(queue.next(false, now, &none), Some(shown));
        assert_eq!(queue.next(false, now, &under_way(&[shown])), None, "later things wait all the same");
        queue.set(vec![want(2), alarm], false);
        assert_eq!(queue.next(false, now, &none), Some(alarm));
        assert_eq!(queue.next(true, now, &under_way(&[alarm])), None, "the line is the emergency's");
        queue.failed(alarm.hash, Why::NotFound, now);
        assert_eq!(queue.next(true, now, &none), Some(want(2)), "others go on while it cannot be had");
    }

    #[tokio::test]
    async fn what_presses_is_held_up_by_what_does_not() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let alarm = Want { press: Press::Emergency, ..want(3) };
        let (others, both) = (under_way(&[want(1)]), under_way(&[want(1), alarm]));
        queue.set(vec![want(1)], false);
        assert!(!queue.is_held_up(&others));
        queue.set(vec![alarm, want(1)], false);
        assert!(queue.is_held_up(&others));
        assert!(!queue.is_held_up(&both));
        queue.failed(alarm.hash, Why::NotFound, now);
        assert!(!queue.is_held_up(&others), "others go on while it cannot be had");
    }
}
