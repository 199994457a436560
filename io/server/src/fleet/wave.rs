//! When the viewers heard of a change, and when they had it.

use std::time::{Duration, Instant};

use super::snapshot::Times;

/// Changes with such a pause between them are different ones.
const PAUSE: Duration = Duration::from_secs(5);

/// The times of the newest change, Unix milliseconds.
#[derive(Debug, Default)]
pub(super) struct Wave {
    newest: Option<Instant>,
    told: Vec<i64>,
    held: Vec<i64>,
}

impl Wave {
    /// A viewer hears of a change.
    pub(super) fn tell(&mut self, now: Instant, unix_ms: i64) {
        if self.newest.is_none_or(|newest| now.duration_since(newest) > PAUSE) {
            self.told.clear();
            self.held.clear();
        }
        self.newest = Some(now);
        self.told.push(unix_ms);
    }

    /// A viewer has it.
    pub(super) fn hold(&mut self, now: Instant, unix_ms: i64) {
        self.newest = Some(now);
        self.held.push(unix_ms);
    }

    /// When they heard of it, and when they had it.
    pub(super) fn times(&self) -> (Times, Times) {
        (Times::of(&self.told), Times::of(&self.held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_a_wave() {
        let start = Instant::now();
        let mut wave = Wave::default();
        for (second, unix_ms) in [(0, 1_000), (1, 2_000), (6, 7_000)] {
            wave.tell(start + Duration::from_secs(second), unix_ms);
            wave.hold(start + Duration::from_secs(second), unix_ms + 5);
        }
        let (told, held) = wave.times();
        assert_eq!((told.count, told.first, told.last), (3, 1_000, 7_000));
        assert_eq!((held.count, held.first, held.last), (3, 1_005, 7_005));
        wave.tell(start + Duration::from_secs(12), 13_000);
        let (told, held) = wave.times();
        assert_eq!((told.count, told.first, held.count), (1, 13_000, 0));
    }
}
