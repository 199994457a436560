//! Points in time, as nanoseconds. Two types, so that a monotonic reading is never taken for a time of day.

/// Declares a point in time. The two are alike and never mixed.
macro_rules! instant {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The point with this many nanoseconds since the start of the count.
            #[must_use]
            pub const fn from_nanos(nanos: i64) -> Self {
                Self(nanos)
            }

            /// Nanoseconds since the start of the count.
            #[must_use]
            pub const fn nanos(self) -> i64 {
                self.0
            }

            /// Seconds from `earlier` to this; negative if `earlier` is later.
            #[must_use]
            pub fn since(self, earlier: Self) -> f64 {
                seconds(self.0.saturating_sub(earlier.0))
            }

            /// This many seconds later (earlier if negative).
            #[must_use]
            pub fn plus(self, seconds: f64) -> Self {
                Self(self.0.saturating_add(nanos(seconds)))
            }
        }
    };
}

instant! {
    /// A reading of a monotonic clock that nobody corrects (`CLOCK_MONOTONIC_RAW`), in nanoseconds since a start that only this host knows.
    Raw
}

instant! {
    /// A time of day: nanoseconds since 1970-01-01T00:00 UTC, without leap seconds. Holds until 2262.
    Utc
}

/// Nanoseconds as seconds.
pub(super) fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// Seconds as nanoseconds, rounded; out of range becomes the nearest bound, not a number becomes 0.
pub(super) fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

#[cfg(test)]
mod tests {
    use super::{Raw, Utc};

    #[test]
    fn differences_and_sums_agree() {
        let (a, b) = (Raw::from_nanos(1_500_000_000), Raw::from_nanos(2_000_000_000));
        assert!((b.since(a) - 0.5).abs() < 1e-12);
        assert_eq!(a.plus(0.5), b);
        assert_eq!(b.plus(-0.5), a);
        assert_eq!(Utc::from_nanos(i64::MAX).plus(1.0), Utc::from_nanos(i64::MAX));
    }
}
