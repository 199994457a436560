//! Reading this host's clocks, both at once.

use std::time::Duration;

use lan::ntp::{Raw, Utc};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};

/// Readings this near to each other count as one moment, in nanoseconds.
const CLOSE: i64 = 2_000;

/// One moment on two clocks: the raw monotonic one, which nobody corrects, and the system's time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `CLOCK_MONOTONIC_RAW`.
    pub raw: Raw,
    /// `CLOCK_REALTIME`.
    pub system: Utc,
}

impl Reading {
    /// This moment. The system's clock is read between two readings of the raw one; where the thread was put aside between them, it is tried again.
    #[must_use]
    pub fn now() -> Self {
        let mut best = Self::between();
        for _ in 0..3 {
            if best.1 < CLOSE {
                break;
            }
            let again = Self::between();
            if again.1 < best.1 {
                best = again;
            }
        }
        best.0
    }

    /// One attempt, and the nanoseconds between its two raw readings.
    fn between() -> (Self, i64) {
        let before = read(ClockId::CLOCK_MONOTONIC_RAW);
        let system = read(ClockId::CLOCK_REALTIME);
        let apart = read(ClockId::CLOCK_MONOTONIC_RAW) - before;
        (Self { raw: Raw::from_nanos(before + apart / 2), system: Utc::from_nanos(system) }, apart)
    }

    /// The moment of a stamp that the kernel made with the system's clock, seen from this one. A stamp from the future or of more than a second
    /// ago (the clock was set meanwhile) is not believed: then it is this moment.
    #[must_use]
    pub(super) fn of_stamp(self, stamp: TimeSpec) -> Self {
        let system = Utc::from_nanos(nanos(stamp));
        let age = self.system.nanos().saturating_sub(system.nanos());
        if !(0..1_000_000_000).contains(&age) {
            return self;
        }
        Self { raw: Raw::from_nanos(self.raw.nanos() - age), system }
    }

    /// How long from this moment until `raw`; nothing if it is past.
    #[must_use]
    pub(super) fn until(self, raw: Raw) -> Duration {
        Duration::try_from_secs_f64(raw.since(self.raw)).unwrap_or_default()
    }
}

/// Binary logarithm of the time that reading both clocks takes, in seconds (RFC 5905, section 7.3, precision).
pub(super) fn precision() -> i8 {
    let first = Reading::now();
    let mut least = i64::MAX;
    let mut before = first;
    for _ in 0..64 {
        let now = Reading::now();
        least = least.min(now.raw.nanos() - before.raw.nanos());
        before = now;
    }
    let seconds = (least.max(1) as f64) / 1e9;
    (seconds.log2().ceil() as i8).clamp(-30, -6)
}

/// Nanoseconds that the host has slept since it was started.
pub(super) fn slept() -> i64 {
    read(ClockId::CLOCK_BOOTTIME) - read(ClockId::CLOCK_MONOTONIC)
}

fn read(clock: ClockId) -> i64 {
    nanos(clock_gettime(clock).expect("Linux has this clock"))
}

fn nanos(time: TimeSpec) -> i64 {
    time.tv_sec().saturating_mul(1_000_000_000).saturating_add(time.tv_nsec())
}

#[cfg(test)]
mod tests {
    use nix::sys::time::TimeSpec;

    use super::{Reading, precision};
    use lan::ntp::Raw;

    #[test]
    fn readings_grow() {
        let (first, second) = (Reading::now(), Reading::now());
        assert!(second.raw > first.raw);
        assert!(first.system.nanos() > 1_700_000_000_000_000_000);
        assert!((-30..=-6).contains(&precision()));
    }

    #[test]
    fn stamps_move_both_clocks() {
        let now = Reading { raw: Raw::from_nanos(5_000_000_000), system: lan::ntp::Utc::from_nanos(90_000_000_000) };
        assert_eq!(now.of_stamp(TimeSpec::new(89, 999_990_000)).raw, Raw::from_nanos(4_999_990_000));
        assert_eq!(now.of_stamp(TimeSpec::new(90, 1)), now, "from the future");
        assert_eq!(now.of_stamp(TimeSpec::new(80, 0)), now, "the clock was set");
    }
}
