//! How long to wait before the browser is started again.

use std::time::Duration;

/// A life of at least this length was a good one: what ends it is answered at once.
const GOOD: Duration = Duration::from_secs(60);
/// The longest wait.
const MOST: Duration = Duration::from_secs(30);
/// So many short lives in a row, and the profile is suspected.
const SUSPECT: u32 = 3;

/// Counts short lives.
#[derive(Debug, Default)]
pub(super) struct Pace {
    short: u32,
}

impl Pace {
    /// A browser lived so long. The wait until the next: none after a good life or the first short one, then 1 s, doubling.
    pub(super) fn after(&mut self, life: Duration) -> Duration {
        self.short = if life >= GOOD { 0 } else { self.short.saturating_add(1) };
        match self.short {
            0 | 1 => Duration::ZERO,
            times => Duration::from_secs(1 << (times - 2).min(5)).min(MOST),
        }
    }

    /// Whether the profile should be begun anew before the next start: at the third short life in a row, and every third after it.
    pub(super) fn suspects_profile(&self) -> bool {
        self.short > 0 && self.short.is_multiple_of(SUSPECT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lives_are_answered_ever_more_slowly() {
        let mut pace = Pace::default();
        let waits: Vec<u64> = (0..9).map(|_| pace.after(Duration::from_secs(1)).as_secs()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(pace.after(GOOD), Duration::ZERO);
        assert_eq!(pace.after(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn the_profile_is_suspected_at_every_third_short_life() {
        let mut pace = Pace::default();
        let suspected: Vec<bool> = (0..7)
            .map(|_| {
                pace.after(Duration::ZERO);
                pace.suspects_profile()
            })
            .collect();
        assert_eq!(suspected, [false, false, true, false, false, true, false]);
    }
}
