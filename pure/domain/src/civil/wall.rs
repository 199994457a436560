//! What a clock on the wall shows, as a number.

use jiff::civil::{Date, DateTime, Time};

/// Milliseconds of a civil day.
pub const DAY_MS: i64 = 86_400_000;

/// A civil date and time: milliseconds since 1970-01-01T00:00 on the wall, whatever the zone.
///
/// It is a type of its own so that it is never taken for an instant. Every [`DateTime`] has one; fractions of a millisecond are cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wall(pub i64);

impl Wall {
    /// 1970-01-05T00:00, a Monday: the anchor of everything endless.
    pub const FIRST_MONDAY: Self = Self(4 * DAY_MS);
    /// The end of the last year that can be written, 10000-01-01T00:00.
    pub const END: Self = Self(2_932_897 * DAY_MS);

    /// The number of this date and time.
    #[must_use]
    pub fn of(civil: DateTime) -> Self {
        Self::at(day_number(civil.date()), civil.time())
    }

    /// A time of the day with this number.
    #[must_use]
    pub fn at(day: i64, time: Time) -> Self {
        Self(day.saturating_mul(DAY_MS).saturating_add(ms_of_day(time)))
    }

    /// Days since 1970-01-01; negative before.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }

    /// Later by this many milliseconds.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// Milliseconds since midnight, fractions cut off.
fn ms_of_day(time: Time) -> i64 {
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    seconds * 1_000 + i64::from(time.millisecond())
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn day_number(date: Date) -> i64 {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month > 2 { year } else { year - 1 };
    let month_from_march = (month + 9) % 12;
    let days_before_year = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days_before_month = (153 * month_from_march + 2) / 5;
    days_before_year + days_before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::Offset;

    #[test]
    fn days_are_counted_as_the_calendar_counts_them() {
        for (day, number) in [
            (date(1970, 1, 1), 0),
            (date(1970, 1, 5), 4),
            (date(1969, 12, 31), -1),
            (date(2000, 2, 29), 11_016),
            (date(2000, 3, 1), 11_017),
            (date(9999, 12, 31), 2_932_896),
        ] {
            assert_eq!(day_number(day), number, "{day}");
        }
        let mut day = date(1896, 1, 1);
        for _ in 0..60_000 {
            let midnight = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap();
            assert_eq!(day_number(day) * DAY_MS, midnight.as_millisecond(), "{day}");
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn the_wall_counts_milliseconds_also_before_the_epoch() {
        assert_eq!(Wall::of(date(1969, 12, 31).at(23, 59, 59, 999_999_999)), Wall(-1));
        assert_eq!(Wall::of(DateTime::MIN).day(), day_number(Date::MIN));
        assert_eq!(Wall::of(DateTime::MAX), Wall(Wall::END.0 - 1));
    }
}
