//! A clock over a clock: UTC as a straight line over the raw monotonic clock, bent by a slew while it is corrected.

use super::instant::{Raw, Utc, nanos, seconds};

/// Greatest rate at which an error is slewed out: 1 %.
const MAX_SLEW: f64 = 0.01;

/// Shortest time over which an error is slewed out, in seconds.
const SLEW_TIME: f64 = 4.0;

/// A disciplined clock. Reading it at growing raw times gives growing times of day, but for a [`VirtualClock::step`].
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualClock {
    anchor: Raw,
    time: Utc,
    frequency: f64,
    slew: f64,
    slew_end: Raw,
    generation: u32,
}

impl VirtualClock {
    /// A clock that shows `time` at `raw` and runs as the raw clock does.
    #[must_use]
    pub fn new(raw: Raw, time: Utc) -> Self {
        Self { anchor: raw, time, frequency: 0.0, slew: 0.0, slew_end: raw, generation: 0 }
    }

    /// The time of day at a reading of the raw clock.
    #[must_use]
    pub fn at(&self, raw: Raw) -> Utc {
        let elapsed = raw.nanos().saturating_sub(self.anchor.nanos());
        let slewed = raw.min(self.slew_end).since(self.anchor).max(0.0) * self.slew;
        let bend = seconds(elapsed) * self.frequency + slewed;
        Utc::from_nanos(self.time.nanos().saturating_add(elapsed).saturating_add(nanos(bend)))
    }

    /// What is still to be slewed at a moment, in seconds; positive if the clock is behind.
    #[must_use]
    pub fn pending(&self, raw: Raw) -> f64 {
        self.slew_end.since(raw.max(self.anchor)).max(0.0) * self.slew
    }

    /// Seconds of this clock per second of the raw clock, less one, apart from a slew.
    #[must_use]
    pub fn frequency(&self) -> f64 {
        self.frequency
    }

    /// How often the clock was stepped. Who computed times with another number computes them anew.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// From `raw` on, runs at a frequency and slews out an error (positive if the clock is behind), in seconds: within 4 s, or longer
    /// where that needed more than 1 %. What was still to be slewed is forgotten.
    pub fn correct(&mut self, raw: Raw, error: f64, frequency: f64) {
        let duration = (error.abs() / MAX_SLEW).max(SLEW_TIME);
        self.anchor_at(raw, self.at(raw), frequency);
        self.slew = error / duration;
        self.slew_end = raw.plus(duration);
    }

    /// Shows `time` at `raw` at once.
    pub fn step(&mut self, raw: Raw, time: Utc, frequency: f64) {
        self.anchor_at(raw, time, frequency);
        self.slew = 0.0;
        self.slew_end = raw;
        self.generation = self.generation.wrapping_add(1);
    }

    fn anchor_at(&mut self, raw: Raw, time: Utc, frequency: f64) {
        self.anchor = raw;
        self.time = time;
        self.frequency = frequency;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::VirtualClock;
    use crate::ntp::{Raw, Utc};

    const START: Utc = Utc::from_nanos(1_800_000_000_000_000_000);

    fn raw(seconds: f64) -> Raw {
        Raw::from_nanos(5_000).plus(seconds)
    }

    #[test]
    fn an_error_is_slewed_in_four_seconds() {
        let mut clock = VirtualClock::new(raw(0.0), START);
        clock.correct(raw(10.0), -0.02, 0.0);
        assert_eq!(clock.at(raw(10.0)), START.plus(10.0));
        assert_eq!(clock.at(raw(12.0)), START.plus(11.99));
        assert!((clock.pending(raw(12.0)) + 0.01).abs() < 1e-9);
        assert_eq!(clock.at(raw(20.0)), START.plus(19.98));
        assert!(clock.pending(raw(14.0)).abs() < 1e-12);
        assert_eq!(clock.generation(), 0);
    }

    #[test]
    fn a_great_error_takes_longer() {
        let mut clock = VirtualClock::new(raw(0.0), START);
        clock.correct(raw(0.0), -1.0, 0.0);
        assert_eq!(clock.at(raw(50.0)), START.plus(49.5));
        assert_eq!(clock.at(raw(100.0)), START.plus(99.0));
    }

    #[test]
    fn the_frequency_holds_for_days() {
        let mut clock = VirtualClock::new(raw(0.0), START);
        clock.correct(raw(0.0), 0.0, 100e-6);
        let error = clock.at(raw(864_000.0)).since(START.plus(864_086.4));
        assert!(error.abs() < 1e-6, "{error}");
    }

    proptest! {
        #[test]
        fn it_never_goes_backwards(corrections in proptest::collection::vec((0.0_f64..20.0, -2.0_f64..2.0, -5e-4_f64..5e-4), 1..20)) {
            let mut clock = VirtualClock::new(raw(0.0), START);
            let (mut now, mut shown) = (0.0, START);
            for (wait, error, frequency) in corrections {
                for part in 1..=8 {
                    let next = clock.at(raw(now + wait * f64::from(part) / 8.0));
                    prop_assert!(next >= shown);
                    shown = next;
                }
                now += wait;
                clock.correct(raw(now), error, frequency);
                prop_assert!((clock.at(raw(now)).since(shown)).abs() < 1e-8, "a correction is no step");
            }
        }
    }
}
