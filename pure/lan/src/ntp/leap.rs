//! Leap seconds: the indicator and when they happen.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::instant::Utc;

/// A leap second is told on its last day only.
const DAY: f64 = 86_400.0;

/// The leap indicator (RFC 5905, figure 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Leap {
    /// No leap second is announced.
    #[default]
    None,
    /// The last minute of the day has 61 seconds.
    Insert,
    /// The last minute of the day has 59 seconds.
    Delete,
    /// The clock is not synchronised.
    Unknown,
}

impl Leap {
    /// The two bits on the wire.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Insert => 1,
            Self::Delete => 2,
            Self::Unknown => 3,
        }
    }

    /// The indicator with these bits; only the lowest two count.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::None,
            1 => Self::Insert,
            2 => Self::Delete,
            _ => Self::Unknown,
        }
    }

    /// Seconds by which UTC moves at the leap: -1 where one is inserted, +1 where one is left out, else 0.
    #[must_use]
    pub const fn shift(self) -> i64 {
        match self {
            Self::Insert => -1,
            Self::Delete => 1,
            Self::None | Self::Unknown => 0,
        }
    }

    /// Whether the moment at which this leap happens lies ahead, and not more than a day.
    #[must_use]
    pub fn is_near(self, now: Utc) -> bool {
        next_leap_midnight(now).is_some_and(|midnight| {
            let left = self.moment(midnight).since(now);
            self.shift() != 0 && left > 0.0 && left <= DAY
        })
    }

    /// Whether the moment at which this leap happens has come, half a day ago at most.
    #[must_use]
    pub fn is_due(self, now: Utc) -> bool {
        self.shift() != 0 && next_leap_midnight(now.plus(-DAY / 2.0)).is_some_and(|midnight| now >= self.moment(midnight))
    }

    /// When it happens at this midnight: of a second that is left out, 23:59:59 does not begin.
    fn moment(self, midnight: Utc) -> Utc {
        if self == Self::Delete { midnight.plus(-1.0) } else { midnight }
    }
}

/// The next end of June or December after a time: the only midnights at which leap seconds have ever been put. `None` beyond the calendar.
#[must_use]
pub fn next_leap_midnight(after: Utc) -> Option<Utc> {
    let zoned = Timestamp::from_nanosecond(i128::from(after.nanos())).ok()?.to_zoned(TimeZone::UTC);
    let midnight = if zoned.month() < 7 { date(zoned.year(), 7, 1) } else { date(zoned.year() + 1, 1, 1) };
    let at = midnight.to_zoned(TimeZone::UTC).ok()?.timestamp().as_nanosecond();
    i64::try_from(at).ok().map(Utc::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::{Leap, next_leap_midnight};
    use crate::ntp::Utc;

    #[test]
    fn bits_there_and_back() {
        for bits in 0..4 {
            assert_eq!(Leap::from_bits(bits).bits(), bits);
        }
    }

    #[test]
    fn a_leap_is_near_for_a_day_and_then_due_and_never_both() {
        let midnight = next_leap_midnight(Utc::from_nanos(1_800_000_000_000_000_000)).unwrap();
        for (leap, moment) in [(Leap::Insert, midnight), (Leap::Delete, midnight.plus(-1.0))] {
            let is = |seconds: f64| (leap.is_near(moment.plus(seconds)), leap.is_due(moment.plus(seconds)));
            assert_eq!([-86_402.0, -86_399.0, -0.001].map(is), [(false, false), (true, false), (true, false)], "{leap:?}");
            // Who was told of it before must not let it pass a second time.
            assert_eq!([0.0, 0.5, 1.0, 40_000.0].map(is), [(false, true); 4], "{leap:?}");
        }
        assert!(!Leap::None.is_near(midnight.plus(-5.0)) && !Leap::Unknown.is_due(midnight));
    }

    #[test]
    fn leaps_end_june_and_december() {
        let at = |text: &str| Utc::from_nanos(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond().try_into().unwrap());
        assert_eq!(next_leap_midnight(at("2016-12-31T23:59:59Z")), Some(at("2017-01-01T00:00:00Z")));
        assert_eq!(next_leap_midnight(at("2017-01-01T00:00:00Z")), Some(at("2017-07-01T00:00:00Z")));
        assert_eq!(next_leap_midnight(at("2026-11-22T00:00:00Z")), Some(at("2027-01-01T00:00:00Z")));
    }
}
