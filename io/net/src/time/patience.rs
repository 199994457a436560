//! How long to wait after receiving failed, so that a socket that always fails costs next to nothing.

use std::time::Duration;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(1);

/// Counts failures that follow each other.
#[derive(Debug, Default)]
pub(super) struct Patience {
    failures: u32,
}

impl Patience {
    /// How long to wait before the next attempt. The first failure waits for nothing: what an earlier answer met with (port unreachable)
    /// is over once it was reported. From the second on it is 1 ms, then twice as long each time, up to a second.
    pub(super) fn failed(&mut self) -> Duration {
        let wait = match self.failures.checked_sub(1) {
            None => Duration::ZERO,
            Some(doublings) => Duration::from_millis(1 << doublings.min(10)).min(LONGEST),
        };
        self.failures = self.failures.saturating_add(1);
        wait
    }

    /// Something arrived.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_costs_no_time_and_many_less_than_one_attempt_a_second() {
        let mut patience = Patience::default();
        let waits: Vec<u128> = (0..14).map(|_| patience.failed().as_millis()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000, 1_000, 1_000]);
        patience.succeeded();
        assert_eq!(patience.failed(), Duration::ZERO);
        patience.failures = u32::MAX;
        assert_eq!(patience.failed(), LONGEST);
    }
}
