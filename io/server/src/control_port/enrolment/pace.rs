//! How often a certificate is made for one key and for one source: each is a change that is kept for ever.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use parking_lot::Mutex;

use crate::session::source::Source;

/// For one key: so many at once, and one more each time this many milliseconds have passed. A viewer needs one in 60 days, and one more for each answer
/// that was lost.
const OF_KEY: Rule = Rule { burst: 5, refill_ms: 10 * 60_000 };
/// For one source: a site of hundreds of viewers behind one address may renew in the same minute.
const OF_SOURCE: Rule = Rule { burst: 1_000, refill_ms: 1_000 };
/// After so many keys or sources those are forgotten whose bucket is full again.
const SWEEP: usize = 4_096;

/// A bucket's size and how fast it fills.
#[derive(Clone, Copy, Debug)]
struct Rule {
    burst: i64,
    refill_ms: i64,
}

/// When the buckets will be full again, Unix milliseconds, by what they belong to. One that is full is not kept.
#[derive(Debug)]
struct Buckets<K> {
    rule: Rule,
    full_at: HashMap<K, i64>,
    sweep_at: usize,
}

impl<K: Hash + Eq> Buckets<K> {
    fn new(rule: Rule) -> Self {
        Self { rule, full_at: HashMap::new(), sweep_at: SWEEP }
    }

    /// When it is full again, as it stands at `now`: a clock that was set back makes nobody wait longer than for an empty bucket.
    fn level(&self, key: &K, now: i64) -> i64 {
        let full_at = self.full_at.get(key).copied().unwrap_or(now);
        full_at.clamp(now, now + self.rule.burst * self.rule.refill_ms)
    }

    /// Milliseconds until there is one to take; 0 = there is one.
    fn wait_ms(&self, key: &K, now: i64) -> i64 {
        (self.level(key, now) + self.rule.refill_ms - now - self.rule.burst * self.rule.refill_ms).max(0)
    }

    fn take(&mut self, key: K, now: i64) {
        let full_at = self.level(&key, now) + self.rule.refill_ms;
        self.full_at.insert(key, full_at);
        if self.full_at.len() >= self.sweep_at {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.sweep_at = SWEEP.max(2 * self.full_at.len());
        }
    }
}

/// The buckets of all keys and sources. It has no clock: every call says what time it is.
#[derive(Debug)]
pub(super) struct Pace(Mutex<(Buckets<[u8; 32]>, Buckets<Source>)>);

impl Default for Pace {
    fn default() -> Self {
        Self(Mutex::new((Buckets::new(OF_KEY), Buckets::new(OF_SOURCE))))
    }
}

impl Pace {
    /// Takes one for this key from this address at Unix time `now` in milliseconds. Where there is none, the seconds to wait.
    pub(super) fn take(&self, key: [u8; 32], from: IpAddr, now: i64) -> Result<(), i64> {
        let (keys, sources) = &mut *self.0.lock();
        let source = Source::of(from);
        match keys.wait_ms(&key, now).max(sources.wait_ms(&source, now)) {
            0 => {
                keys.take(key, now);
                sources.take(source, now);
                Ok(())
            }
            wait => Err(wait.div_euclid(1_000) + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_key_has_five_and_then_one_every_ten_minutes() {
        let pace = Pace::default();
        for n in 0..OF_KEY.burst {
            assert_eq!(pace.take([1; 32], HERE, n), Ok(()));
        }
        assert_eq!(pace.take([1; 32], HERE, 5), Err(600));
        assert_eq!(pace.take([2; 32], HERE, 5), Ok(()), "another key is another viewer");
        assert_eq!(pace.take([1; 32], HERE, OF_KEY.refill_ms), Ok(()));
        assert_eq!(pace.take([1; 32], HERE, OF_KEY.refill_ms + 1), Err(600));
        assert_eq!(pace.take([1; 32], HERE, -OF_KEY.refill_ms), Err(601), "a clock that was set back");
    }

    #[test]
    fn a_source_has_a_thousand_and_others_go_on() {
        let pace = Pace::default();
        let key = |n: i64| std::array::from_fn(|at| n.to_be_bytes().get(at).copied().unwrap_or(0));
        for n in 0..OF_SOURCE.burst {
            assert_eq!(pace.take(key(n), HERE, 0), Ok(()));
        }
        assert_eq!(pace.take(key(-1), HERE, 0), Err(2));
        assert_eq!(pace.take(key(-1), IpAddr::from([192, 0, 2, 1]), 0), Ok(()));
        assert_eq!(pace.take(key(-2), HERE, OF_SOURCE.refill_ms), Ok(()));
    }

    #[test]
    fn what_is_full_again_is_forgotten() {
        let mut buckets = Buckets::new(OF_SOURCE);
        for n in 0..10 * SWEEP {
            buckets.take(n, (n as i64) * 100);
        }
        assert!(buckets.full_at.len() <= 2 * SWEEP, "{}", buckets.full_at.len());
    }
}
