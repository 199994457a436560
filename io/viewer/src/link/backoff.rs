//! How long to wait before the next attempt.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// One second, doubling up to 30, each varied by half so that many viewers do not come together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff(Duration);

/// A wait, varied by half.
pub(super) fn varied(wait: Duration) -> Duration {
    wait.mul_f64(0.5 + rand::random::<f64>())
}

impl Default for Backoff {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Backoff {
    /// The next wait; `chance` is a random number between 0 and 1.
    pub(super) fn next(&mut self, chance: f64) -> Duration {
        let wait = self.0.mul_f64(0.5 + chance.clamp(0.0, 1.0));
        self.0 = (self.0 * 2).min(LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_vary() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..7).map(|_| backoff.next(0.5).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!((backoff.next(0.0).as_secs(), backoff.next(1.0).as_secs()), (15, 45));
    }
}
