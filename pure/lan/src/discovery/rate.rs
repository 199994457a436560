//! How often a source may ask, and all together.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::BTreeMap;

use super::refusal::Refusal;

const PER_SOURCE: Rate = Rate { per_second: 20, burst: 40 };
const TOGETHER: Rate = Rate { per_second: 5_000, burst: 1_000 };
const MAX_SOURCES: usize = 1_024;

#[derive(Debug, Clone, Copy)]
struct Rate {
    per_second: u32,
    burst: u32,
}

/// A bucket of permissions that fills with time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    level: f64,
    filled: Duration,
}

impl Bucket {
    fn full(rate: Rate, now: Duration) -> Self {
        Self { level: f64::from(rate.burst), filled: now }
    }

    fn take(&mut self, rate: Rate, now: Duration) -> bool {
        let gained = now.saturating_sub(self.filled).as_secs_f64() * f64::from(rate.per_second);
        self.level = (self.level + gained).min(f64::from(rate.burst));
        self.filled = self.filled.max(now);
        let granted = self.level >= 1.0;
        if granted {
            self.level -= 1.0;
        }
        granted
    }
}

/// Limits questions by source and together, before they are read.
#[derive(Debug)]
pub(crate) struct Limiter {
    sources: BTreeMap<IpAddr, Bucket>,
    together: Bucket,
}

impl Limiter {
    pub(crate) fn new(now: Duration) -> Self {
        Self { sources: BTreeMap::new(), together: Bucket::full(TOGETHER, now) }
    }

    /// Asks for permission to read a message of `source`.
    ///
    /// # Errors
    /// [`Refusal::SourceTooBusy`] or [`Refusal::TooBusy`]. What one source is refused does not use up what all have together.
    pub(crate) fn admit(&mut self, source: IpAddr, now: Duration) -> Result<(), Refusal> {
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            self.forget(now);
        }
        let bucket = self.sources.entry(source).or_insert_with(|| Bucket::full(PER_SOURCE, now));
        if !bucket.take(PER_SOURCE, now) {
            return Err(Refusal::SourceTooBusy);
        }
        if self.together.take(TOGETHER, now) { Ok(()) } else { Err(Refusal::TooBusy) }
    }

    /// Makes room: sources that were quiet for two seconds would have a full bucket anyhow. If all are busy, they all start anew:
    /// a flood of made-up sources is then held by the limit for all.
    fn forget(&mut self, now: Duration) {
        self.sources.retain(|_, bucket| now.saturating_sub(bucket.filled) < Duration::from_secs(2));
        if self.sources.len() >= MAX_SOURCES {
            self.sources.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: u32) -> IpAddr {
        IpAddr::V4(core::net::Ipv4Addr::from_bits(number))
    }

    #[test]
    fn a_source_gets_its_burst_and_then_its_rate() {
        let mut limiter = Limiter::new(Duration::ZERO);
        let granted = |limiter: &mut Limiter, now| (0..100).filter(|_| limiter.admit(source(1), now).is_ok()).count();
        assert_eq!(granted(&mut limiter, Duration::ZERO), 40);
        assert_eq!(granted(&mut limiter, Duration::from_millis(500)), 10);
        assert_eq!(limiter.admit(source(1), Duration::from_millis(500)), Err(Refusal::SourceTooBusy));
        assert_eq!(limiter.admit(source(2), Duration::from_millis(500)), Ok(()));
    }

    #[test]
    fn one_loud_source_leaves_room_for_others() {
        let mut limiter = Limiter::new(Duration::ZERO);
        for _ in 0..20_000 {
            let _ = limiter.admit(source(1), Duration::ZERO);
        }
        assert_eq!(limiter.admit(source(2), Duration::ZERO), Ok(()));
    }

    #[test]
    fn made_up_sources_are_held_together_and_take_bounded_memory() {
        let mut limiter = Limiter::new(Duration::ZERO);
        let granted = (0..20_000).filter(|number| limiter.admit(source(*number), Duration::ZERO).is_ok()).count();
        assert_eq!(granted, 1_000);
        assert_eq!(limiter.admit(source(99_999), Duration::ZERO), Err(Refusal::TooBusy));
        assert!(limiter.sources.len() <= MAX_SOURCES);
    }
}
