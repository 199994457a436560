//! What is known of one source's clock: its shift against the raw clock and its frequency, from the samples of late.

use std::collections::VecDeque;

use super::instant::{Raw, Utc, seconds};
use super::leap::Leap;
use super::reference::ReferenceId;
use super::regression::{Fit, Point, regress};

/// Most samples that are kept.
const MOST: usize = 32;

/// Fewest samples that stay when a curve is cut.
const FEWEST: usize = 6;

/// Samples before a spike can be told.
const SPIKE_FROM: usize = 4;

/// Expected deviation of an undisciplined clock's frequency: 50 ppm.
const PRIOR_FREQUENCY: f64 = 50e-6;

/// By how much the prediction's uncertainty grows per second since the last sample, for the frequency wanders.
const WANDER: f64 = 0.05e-6;

/// One accepted answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The middle between sending and arrival.
    pub at: Raw,
    /// The source's time at that moment.
    pub time: Utc,
    /// Round trip without the source's share, in seconds, at least 0.
    pub delay: f64,
    /// Uncertainty of the reading of both clocks, in seconds.
    pub dispersion: f64,
    /// The source's leap indicator.
    pub leap: Leap,
    /// The source's stratum, 1 to 15.
    pub stratum: u8,
    /// The source's root delay, in seconds.
    pub root_delay: f64,
    /// The source's root dispersion, in seconds.
    pub root_dispersion: f64,
    /// Where the source has its time from.
    pub reference_id: ReferenceId,
}

#[derive(Clone, Copy)]
struct Measured {
    at: Raw,
    /// UTC less raw, in nanoseconds.
    shift: i64,
    delay: f64,
}

/// Samples of one source and the line through them.
#[derive(Default)]
pub struct Track {
    samples: VecDeque<Measured>,
    aside: Option<Measured>,
    fit: Option<Fit>,
}

impl Track {
    /// Number of samples that count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether nothing was measured yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Takes a sample. Says whether it came as predicted; `None` if it was set aside as a spike.
    pub fn push(&mut self, sample: &Sample) -> Option<bool> {
        let new = Measured { at: sample.at, shift: sample.time.nanos().saturating_sub(sample.at.nanos()), delay: sample.delay };
        let sigma = self.sigma(&new);
        let surprise =
            self.predicted(new.at).map_or(0.0, |(shift, sd)| seconds(new.shift.saturating_sub(shift)).abs() / sd.hypot(sigma));
        if surprise > 5.0 && self.samples.len() >= SPIKE_FROM {
            match self.aside.take() {
                None => {
                    self.aside = Some(new);
                    return None;
                }
                Some(first)
                    if seconds(new.shift.saturating_sub(first.shift)).abs()
                        < 5.0 * sigma + PRIOR_FREQUENCY * new.at.since(first.at) =>
                {
                    // Twice the same surprise: the source's clock was set, and what was known of it is void.
                    self.samples.clear();
                    self.samples.push_back(first);
                }
                Some(first) => self.samples.push_back(first),
            }
        }
        self.aside = None;
        self.samples.push_back(new);
        while self.samples.len() > MOST {
            self.samples.pop_front();
        }
        self.refit();
        Some(surprise < 3.0)
    }

    /// The source's time at a moment and its standard deviation in seconds. `None` before the first sample.
    #[must_use]
    pub fn time_at(&self, raw: Raw) -> Option<(Utc, f64)> {
        let (shift, sd) = self.predicted(raw)?;
        Some((Utc::from_nanos(raw.nanos().saturating_add(shift)), sd))
    }

    /// Seconds of the source per second of the raw clock, less one, and the standard deviation of that. `None` before the first sample.
    #[must_use]
    pub fn frequency(&self) -> Option<(f64, f64)> {
        self.fit.map(|fit| (fit.slope, fit.slope_sd))
    }

    /// Moves all samples by whole seconds: a leap second passed.
    pub fn leap(&mut self, seconds: i64) {
        for sample in self.samples.iter_mut().chain(self.aside.as_mut()) {
            sample.shift += seconds * 1_000_000_000;
        }
    }

    /// Shift in nanoseconds and its standard deviation in seconds.
    fn predicted(&self, raw: Raw) -> Option<(i64, f64)> {
        let (fit, last) = (self.fit?, self.samples.back()?);
        let at = raw.since(last.at);
        let shift = last.shift.saturating_add((fit.at(at) * 1e9).round() as i64);
        Some((shift, fit.sd_at(at) + WANDER * at.max(0.0)))
    }

    /// What is expected of a sample: nobody knows on which way its delay beyond the fastest was lost.
    fn sigma(&self, sample: &Measured) -> f64 {
        let fastest = self.samples.iter().map(|sample| sample.delay).fold(sample.delay, f64::min);
        1e-6 + 0.02 * fastest + (sample.delay - fastest) / 2.0
    }

    /// The line relative to the last sample; the oldest go while it is none.
    fn refit(&mut self) {
        loop {
            let Some(last) = self.samples.back() else { return };
            let points: Vec<Point> = self
                .samples
                .iter()
                .map(|sample| Point {
                    at: sample.at.since(last.at),
                    value: seconds(sample.shift.saturating_sub(last.shift)),
                    sigma: self.sigma(sample),
                })
                .collect();
            self.fit = regress(&points, PRIOR_FREQUENCY);
            if self.samples.len() <= FEWEST || self.fit.is_none_or(|fit| fit.is_straight) {
                return;
            }
            self.samples.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Sample, Track};
    use crate::ntp::{Leap, Raw, ReferenceId, Utc};

    const START: Utc = Utc::from_nanos(1_800_000_000_000_000_000);

    fn sample(at: f64, ahead: f64, delay: f64) -> Sample {
        Sample {
            at: Raw::from_nanos(77).plus(at),
            time: START.plus(at).plus(ahead),
            delay,
            dispersion: 1e-6,
            leap: Leap::None,
            stratum: 2,
            root_delay: 0.0,
            root_dispersion: 0.0,
            reference_id: ReferenceId::LOCAL,
        }
    }

    fn error(track: &Track, at: f64, ahead: f64) -> f64 {
        track.time_at(Raw::from_nanos(77).plus(at)).unwrap().0.since(START.plus(at).plus(ahead))
    }

    fn steady() -> Track {
        let mut track = Track::default();
        for i in 0..12 {
            let at = f64::from(i) * 16.0;
            assert_eq!(track.push(&sample(at, 30e-6 * at, 1e-4)), Some(true));
        }
        track
    }

    #[test]
    fn shift_and_frequency_are_predicted() {
        let track = steady();
        assert!(error(&track, 400.0, 30e-6 * 400.0).abs() < 1e-5);
        assert!((track.frequency().unwrap().0 - 30e-6).abs() < 1e-7);
    }

    #[test]
    fn a_spike_is_set_aside_once() {
        let mut track = steady();
        assert_eq!(track.push(&sample(192.0, 30e-6 * 192.0 + 0.01, 1e-4)), None);
        assert_eq!(track.push(&sample(208.0, 30e-6 * 208.0, 1e-4)), Some(true));
        assert_eq!((track.len(), error(&track, 208.0, 30e-6 * 208.0).abs() < 1e-6), (13, true));
    }

    #[test]
    fn a_set_clock_is_followed_from_the_second_sample() {
        let mut track = steady();
        assert_eq!(track.push(&sample(192.0, 5.0 + 30e-6 * 192.0, 1e-4)), None);
        assert_eq!(track.push(&sample(208.0, 5.0 + 30e-6 * 208.0, 1e-4)), Some(false));
        assert_eq!(track.len(), 2);
        assert!(error(&track, 208.0, 5.0 + 30e-6 * 208.0).abs() < 1e-4);
    }

    #[test]
    fn a_long_delay_explains_an_error() {
        let mut track = steady();
        assert_eq!(track.push(&sample(192.0, 30e-6 * 192.0 + 0.01, 0.0201)), Some(true));
        assert!(error(&track, 192.0, 30e-6 * 192.0).abs() < 1e-6);
    }

    #[test]
    fn a_leap_second_moves_the_whole_track() {
        let mut track = steady();
        track.leap(-1);
        assert!(error(&track, 200.0, 30e-6 * 200.0 - 1.0).abs() < 1e-5);
        assert_eq!(track.push(&sample(208.0, 30e-6 * 208.0 - 1.0, 1e-4)), Some(true));
    }
}
