//! How fast downloads may go.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use tokio::time::{Instant, sleep_until};

/// What may be taken at once after a pause: this much of a second's worth.
const BURST: Duration = Duration::from_millis(250);

/// A limit in bytes per second that several downloads share.
#[derive(Debug)]
pub struct Pace(Mutex<State>);

#[derive(Debug)]
struct State {
    /// 0 = unlimited.
    bytes_per_second: u64,
    /// When all that was taken so far has been paid for.
    paid: Instant,
}

impl Pace {
    /// A limit; 0 = unlimited. Call within a tokio runtime.
    #[must_use]
    pub fn new(bytes_per_second: u64) -> Self {
        Self(Mutex::new(State { bytes_per_second, paid: Instant::now() }))
    }

    /// Changes the limit from the next bytes on; 0 = unlimited.
    pub fn set(&self, bytes_per_second: u64) {
        self.state().bytes_per_second = bytes_per_second;
    }

    /// Waits until `bytes` may go.
    pub async fn take(&self, bytes: usize) {
        let mut left = u64::try_from(bytes).expect("a length fits into 64 bits");
        while left > 0 {
            let (taken, until) = self.state().reserve(left, Instant::now());
            left -= taken;
            if let Some(until) = until {
                sleep_until(until).await;
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes at most `wanted`, in parts of a quarter of a second, so that a new limit soon counts; and says when they may go.
    fn reserve(&mut self, wanted: u64, now: Instant) -> (u64, Option<Instant>) {
        let rate = self.bytes_per_second;
        if rate == 0 {
            return (wanted, None);
        }
        let taken = wanted.min((rate / 4).max(1));
        let nanos = u128::from(taken) * 1_000_000_000 / u128::from(rate);
        let cost = Duration::from_nanos(nanos.try_into().unwrap_or(u64::MAX));
        self.paid = self.paid.max(now.checked_sub(BURST).unwrap_or(now)) + cost;
        (taken, Some(self.paid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes pieces one after the other from `start` on, and tells after how many milliseconds the last may go.
    fn millis(state: &mut State, start: Instant, pieces: &[u64]) -> u128 {
        let mut now = start;
        for piece in pieces {
            let mut left = *piece;
            while left > 0 {
                let (taken, until) = state.reserve(left, now);
                left -= taken;
                now = now.max(until.unwrap_or(now));
            }
        }
        (now - start).as_millis()
    }

    #[test]
    fn bytes_take_their_time() {
        let start = Instant::now();
        let state = || State { bytes_per_second: 1_000_000, paid: start };
        assert_eq!(millis(&mut state(), start, &[1_000_000]), 1000);
        assert_eq!(millis(&mut state(), start, &[100_000; 20]), 2000);
        assert_eq!(millis(&mut State { bytes_per_second: 1, paid: start }, start, &[3]), 3000);
    }

    #[test]
    fn a_pause_saves_up_a_quarter_of_a_second_and_no_more() {
        let start = Instant::now();
        let mut state = State { bytes_per_second: 1_000_000, paid: start };
        let later = start + Duration::from_secs(3600);
        assert_eq!(millis(&mut state, later, &[250_000]), 0);
        assert_eq!(millis(&mut state, later, &[250_000]), 250);
    }

    #[test]
    fn nought_is_no_limit_and_a_new_limit_counts_after_a_quarter_of_a_second() {
        let start = Instant::now();
        let mut state = State { bytes_per_second: 0, paid: start };
        assert_eq!(state.reserve(u64::MAX, start), (u64::MAX, None));
        state.bytes_per_second = 1000;
        assert_eq!(state.reserve(u64::MAX, start), (250, Some(start + Duration::from_millis(250))));
    }

    #[tokio::test]
    async fn without_a_limit_nobody_waits() {
        Pace::new(0).take(usize::MAX).await;
    }
}
