//! The clock filter (RFC 5905, section 10): the last eight samples by delay.

use std::collections::VecDeque;

use super::instant::Raw;
use super::quality::PHI;

/// Samples that are kept (RFC 5905, NSTAGE).
const STAGES: usize = 8;

/// Least jitter that is told, in seconds.
const LEAST_JITTER: f64 = 1e-6;

#[derive(Clone, Copy)]
struct Stage {
    at: Raw,
    offset: f64,
    delay: f64,
    dispersion: f64,
}

/// What the filter says of a source at a moment. All in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peer {
    /// Offset of the sample with the least delay, when it was taken.
    pub offset: f64,
    /// The least delay.
    pub delay: f64,
    /// Dispersion of the samples, each half as heavy as the one with the next smaller delay.
    pub dispersion: f64,
    /// Root mean square of the offsets against the best one.
    pub jitter: f64,
}

/// The last eight samples of a source.
#[derive(Default)]
pub struct Filter {
    stages: VecDeque<Stage>,
}

impl Filter {
    /// Takes a sample: its offset against the clock at that time, its delay and its dispersion, in seconds.
    pub fn push(&mut self, at: Raw, offset: f64, delay: f64, dispersion: f64) {
        if self.stages.len() == STAGES {
            self.stages.pop_front();
        }
        self.stages.push_back(Stage { at, offset, delay, dispersion });
    }

    /// Moves all offsets: the clock was stepped forward by so many seconds.
    pub fn stepped(&mut self, forward: f64) {
        for stage in &mut self.stages {
            stage.offset -= forward;
        }
    }

    /// The judgement at a moment; `None` without samples.
    #[must_use]
    pub fn peer(&self, raw: Raw) -> Option<Peer> {
        let mut sorted: Vec<Stage> = self.stages.iter().copied().collect();
        sorted.sort_by(|a, b| a.delay.total_cmp(&b.delay));
        let best = *sorted.first()?;
        let (mut dispersion, mut share) = (0.0, 0.5);
        for stage in &sorted {
            dispersion += share * (stage.dispersion + PHI * raw.since(stage.at).max(0.0));
            share /= 2.0;
        }
        let others = sorted.len().saturating_sub(1).max(1) as f64;
        let square: f64 = sorted.iter().map(|stage| (stage.offset - best.offset).powi(2)).sum();
        Some(Peer { offset: best.offset, delay: best.delay, dispersion, jitter: (square / others).sqrt().max(LEAST_JITTER) })
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use crate::ntp::Raw;

    #[test]
    fn the_fastest_of_the_last_eight_speaks() {
        let mut filter = Filter::default();
        assert!(filter.peer(Raw::from_nanos(0)).is_none());
        for (i, delay) in [0.001, 0.030, 0.020, 0.010, 0.040, 0.050, 0.060, 0.070, 0.080].into_iter().enumerate() {
            filter.push(Raw::from_nanos(0).plus(i as f64), delay / 2.0, delay, 1e-6);
        }
        let peer = filter.peer(Raw::from_nanos(0).plus(8.0)).unwrap();
        assert_eq!((peer.delay, peer.offset), (0.010, 0.005), "the first sample fell out");
        assert!(peer.jitter > 0.01 && peer.dispersion > 1e-6 && peer.dispersion < 1e-3);
        filter.stepped(1.0);
        assert!((filter.peer(Raw::from_nanos(0)).unwrap().offset + 0.995).abs() < 1e-12);
    }
}
