//! Times that viewers tell. One that lies far ahead would never grow old enough to be thrown away.

/// How far a viewer's clock may be ahead, in milliseconds: a day.
const AHEAD_MS: i64 = 86_400_000;

/// When something counts as having happened that a viewer says was at `at`, where it is now `now`; Unix milliseconds. What lies more than a day ahead counts
/// as happening now.
#[must_use]
pub fn counted(at: i64, now: i64) -> i64 {
    if at > now.saturating_add(AHEAD_MS) { now } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ahead_is_taken_and_more_is_not() {
        assert_eq!(counted(1_000 + AHEAD_MS, 1_000), 1_000 + AHEAD_MS);
        assert_eq!(counted(1_001 + AHEAD_MS, 1_000), 1_000);
        assert_eq!(counted(i64::MAX, 1_000), 1_000);
        assert_eq!(counted(-5, 1_000), -5);
    }
}
