//! The two fixed-point formats of NTP (RFC 5905, section 6).

use super::instant::Utc;

/// Seconds from 1900-01-01 (start of era 0) to 1970-01-01.
const UNIX_START: i64 = 2_208_988_800;

/// A 64-bit timestamp: seconds of an era and a binary fraction. The era is not in it (RFC 5905, section 6): reading needs a time near to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The value that says "not known".
    pub const ZERO: Self = Self(0);

    /// The timestamp with these bits.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits of the timestamp.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// A time as timestamp. The fraction is rounded down to 2^-32 s (0.23 ns).
    #[must_use]
    pub fn of(time: Utc) -> Self {
        let (second, nano) = (time.nanos().div_euclid(1_000_000_000), time.nanos().rem_euclid(1_000_000_000));
        let fraction = ((nano as u64) << 32) / 1_000_000_000;
        // The era falls off: only the lower 32 bits of the second travel.
        Self((((second + UNIX_START) as u64) << 32) | fraction)
    }

    /// The time that it means, within 68 years of `near`; this carries it over the end of era 0 in 2036.
    #[must_use]
    pub fn near(self, near: Utc) -> Utc {
        let pivot = Self::of(near);
        let distance = self.0.wrapping_sub(pivot.0) as i64;
        let nanos = (i128::from(distance) * 1_000_000_000 + (1 << 31)) >> 32;
        // `near` itself was rounded down by less than a nanosecond.
        Utc::from_nanos(near.nanos().saturating_add(i64::try_from(nanos).unwrap_or(i64::MAX)))
    }
}

/// The 32-bit short format: 16 bits of seconds and 16 of fraction, for delays and dispersions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Short(u32);

impl Short {
    /// The value with these bits.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The bits of the value.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Seconds in short format, rounded up so that a bound stays a bound; below 0 becomes 0, above 65,535 s the greatest value.
    #[must_use]
    pub fn of(seconds: f64) -> Self {
        Self((seconds * 65_536.0).ceil() as u32)
    }

    /// The value in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        f64::from(self.0) / 65_536.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Short, Timestamp};
    use crate::ntp::Utc;

    #[test]
    fn known_times() {
        assert_eq!(Timestamp::of(Utc::from_nanos(0)).bits(), 2_208_988_800 << 32);
        assert_eq!(Timestamp::of(Utc::from_nanos(500_000_000)).bits(), (2_208_988_800 << 32) | 0x8000_0000);
        // 2036-02-07T06:28:16: the first second of era 1.
        assert_eq!(Timestamp::of(Utc::from_nanos(2_085_978_496_000_000_000)).bits(), 0);
    }

    #[test]
    fn the_era_comes_from_the_time_nearby() {
        let early = Utc::from_nanos(2_085_978_400_000_000_000);
        assert_eq!(Timestamp::from_bits(0).near(early), Utc::from_nanos(2_085_978_496_000_000_000));
        assert_eq!(
            Timestamp::from_bits(u64::MAX << 32).near(Utc::from_nanos(2_085_978_500_000_000_000)).nanos(),
            2_085_978_495_000_000_000
        );
    }

    #[test]
    fn short_values_round_up_and_saturate() {
        assert_eq!(Short::of(1.0).bits(), 0x1_0000);
        assert_eq!(Short::of(1e-9).bits(), 1);
        assert_eq!(Short::of(-1.0).bits(), 0);
        assert_eq!(Short::of(1e9).bits(), u32::MAX);
        assert!((Short::from_bits(0x8000).seconds() - 0.5).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn there_and_back_within_a_nanosecond(time in 0_i64..4_000_000_000_000_000_000, away in -2_000_000_000_000_000_000_i64..2_000_000_000_000_000_000) {
            let near = Utc::from_nanos(time.saturating_add(away));
            let back = Timestamp::of(Utc::from_nanos(time)).near(near).nanos();
            prop_assert!((back - time).abs() <= 1, "{time} became {back}");
        }
    }
}
