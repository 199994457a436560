//! Judges pictures that were taken one after the other.

use super::sample::Sample;
use crate::screen::contract::Look;

/// A picture with at least this share of black pixels shows nothing.
const NOTHING: f64 = 0.995;
/// Content of which at least this share is bright cannot look like nothing.
const BRIGHT: f64 = 0.03;
/// A picture in which something should move may stand for so long, in milliseconds: a clock that shows minutes changes within.
const STILL: i64 = 150_000;

/// What should be seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::screen) struct Expected {
    /// The share of it that is bright, 0 to 1; `None` = unknown.
    pub(in crate::screen) bright: Option<f64>,
    /// Whether something in it changes at least every minute.
    pub(in crate::screen) moves: bool,
}

/// Remembers what was seen last.
#[derive(Debug, Default)]
pub(in crate::screen) struct Probe {
    /// The picture that stands, and since when.
    still: Option<(i64, Sample)>,
    was_black: bool,
}

impl Probe {
    /// Judges a picture that was taken at `at`, Unix milliseconds. Black counts only when it is seen twice in a row: between two items
    /// a picture may be dark for a moment.
    pub(in crate::screen) fn look(&mut self, at: i64, sample: Sample, expected: Expected) -> Look {
        let is_black = sample.black() >= NOTHING && expected.bright.is_some_and(|share| share >= BRIGHT);
        let black = is_black && self.was_black;
        self.was_black = is_black;
        let stands = self.still.as_ref().filter(|(_, before)| expected.moves && before.same_as(&sample)).map(|(since, _)| *since);
        let frozen = stands.is_some_and(|since| at - since >= STILL);
        if stands.is_none() {
            self.still = expected.moves.then_some((at, sample));
        }
        Look { black, frozen }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::tests::jpeg;
    use super::*;

    fn plain(light: u8) -> Sample {
        Sample::of(&jpeg(|_, _| [light; 3])).unwrap()
    }

    fn expected(bright: f64, moves: bool) -> Expected {
        Expected { bright: Some(bright), moves }
    }

    #[test]
    fn black_where_content_is_bright_counts_when_seen_twice() {
        let mut probe = Probe::default();
        assert_eq!(probe.look(0, plain(0), expected(0.8, false)), Look::default());
        assert_eq!(probe.look(60_000, plain(0), expected(0.8, false)), Look { black: true, frozen: false });
        assert_eq!(probe.look(120_000, plain(120), expected(0.8, false)), Look::default());
        assert_eq!(probe.look(180_000, plain(0), expected(0.8, false)), Look::default());
    }

    #[test]
    fn content_that_is_black_itself_is_no_fault() {
        let mut probe = Probe::default();
        for at in 0..5 {
            assert_eq!(probe.look(at * 60_000, plain(0), expected(0.01, false)), Look::default());
            assert_eq!(probe.look(at * 60_000, plain(0), Expected { bright: None, moves: false }), Look::default());
        }
    }

    #[test]
    fn a_film_that_stands_is_frozen_until_it_moves() {
        let mut probe = Probe::default();
        let looks: Vec<bool> = (0..5).map(|at| probe.look(at * 60_000, plain(90), expected(1.0, true)).frozen).collect();
        assert_eq!(looks, [false, false, false, true, true]);
        assert!(!probe.look(300_000, plain(120), expected(1.0, true)).frozen);
        assert!(!probe.look(360_000, plain(120), expected(1.0, true)).frozen);
    }

    #[test]
    fn a_picture_that_should_stand_is_never_frozen() {
        let mut probe = Probe::default();
        assert!((0..20).all(|at| !probe.look(at * 60_000, plain(90), expected(1.0, false)).frozen));
        // Nor does its time count when something moves afterwards.
        assert!(!probe.look(20 * 60_000, plain(90), expected(1.0, true)).frozen);
    }
}
