//! What a clock says of itself to those who ask it.

use super::instant::{Raw, Utc};
use super::leap::Leap;
use super::reference::ReferenceId;

/// Greatest frequency error of a clock that was once disciplined: 15 ppm (RFC 5905, figure 3, PHI).
pub const PHI: f64 = 15e-6;

/// Root distance at which a clock is no longer believed: 1.5 s (RFC 5905, figure 27, MAXDIST as in common use).
pub const MAX_DISTANCE: f64 = 1.5;

/// Error above which a clock that runs is stepped, once it stayed: 0.5 s.
pub const STEP_THRESHOLD: f64 = 0.5;

/// Stratum of a clock that is not synchronised (RFC 5905, figure 11).
const UNSYNCHRONISED: u8 = 16;

/// Dispersion that an orphan states: nobody knows, and its clients shall believe it.
const ORPHAN_DISPERSION: f64 = 1e-3;

/// Stratum, distance and origin of a clock's time, as of one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// Leap indicator.
    pub leap: Leap,
    /// Stratum, 1 to 15; 16 is not synchronised.
    pub stratum: u8,
    /// Binary logarithm of the precision, in seconds.
    pub precision: i8,
    /// Round trip to the primary clock, in seconds.
    pub root_delay: f64,
    /// Dispersion to the primary clock at `updated`, in seconds.
    pub root_dispersion: f64,
    /// Where the time is from.
    pub reference_id: ReferenceId,
    /// When the clock was last corrected, in its own time; `None` for a clock that follows nothing.
    pub reference_time: Option<Utc>,
    /// When the numbers above held; `None` if they do not age.
    pub updated: Option<Raw>,
}

impl Quality {
    /// A clock that is not synchronised. `precision` is a binary logarithm, in seconds.
    #[must_use]
    pub fn unsynchronised(precision: i8) -> Self {
        Self {
            leap: Leap::Unknown,
            stratum: UNSYNCHRONISED,
            precision,
            root_delay: 0.0,
            root_dispersion: 0.0,
            reference_id: ReferenceId::NONE,
            reference_time: None,
            updated: None,
        }
    }

    /// A clock that follows nothing and serves all the same, so that its clients agree. Stratum 0 stands for "do not": it stays not synchronised.
    #[must_use]
    pub fn orphan(stratum: u8, precision: i8) -> Self {
        if !(1..UNSYNCHRONISED).contains(&stratum) {
            return Self::unsynchronised(precision);
        }
        Self {
            leap: Leap::None,
            stratum,
            root_dispersion: ORPHAN_DISPERSION,
            reference_id: ReferenceId::LOCAL,
            ..Self::unsynchronised(precision)
        }
    }

    /// Whether the clock follows something, or serves as orphan.
    #[must_use]
    pub fn is_synchronised(&self) -> bool {
        self.leap != Leap::Unknown && self.stratum < UNSYNCHRONISED
    }

    /// Whether the clock follows something that knows the time, so that its error has a bound. An orphan does not.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.leap != Leap::Unknown && self.updated.is_some()
    }

    /// Root dispersion at a moment, in seconds: it grows by [`PHI`] since the last update.
    #[must_use]
    pub fn dispersion_at(&self, raw: Raw) -> f64 {
        self.root_dispersion + self.updated.map_or(0.0, |updated| PHI * raw.since(updated).max(0.0))
    }

    /// Root distance at a moment, in seconds: half the root delay and the dispersion. The true time lies no farther away.
    #[must_use]
    pub fn distance_at(&self, raw: Raw) -> f64 {
        self.root_delay / 2.0 + self.dispersion_at(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::{PHI, Quality};
    use crate::ntp::{Leap, Raw};

    #[test]
    fn an_orphan_of_stratum_0_is_honest() {
        assert!(!Quality::orphan(0, -20).is_synchronised());
        assert!(!Quality::orphan(16, -20).is_synchronised());
        let orphan = Quality::orphan(10, -20);
        assert!(orphan.is_synchronised() && orphan.leap == Leap::None && orphan.stratum == 10);
        assert_eq!(orphan.distance_at(Raw::from_nanos(i64::MAX)), 1e-3);
    }

    #[test]
    fn the_bound_grows_with_age() {
        let clock =
            Quality { root_delay: 0.02, root_dispersion: 0.001, updated: Some(Raw::from_nanos(0)), ..Quality::orphan(3, -20) };
        assert!((clock.distance_at(Raw::from_nanos(100_000_000_000)) - (0.011 + 100.0 * PHI)).abs() < 1e-12);
        assert!((clock.distance_at(Raw::from_nanos(-1)) - 0.011).abs() < 1e-12, "the past does not shrink it");
    }
}
