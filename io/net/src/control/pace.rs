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
            let (taken, until) = self.reserve(left, Instant::now());
            left -= taken;
            if let Some(until) = until {
                sleep_until(until).await;
            }
        }
    }

    /// Takes at most `wanted`, in parts of a quarter of a second, so that a new limit soon counts.
    fn reserve(&self, wanted: u64, now: Instant) -> (u64, Option<Instant>) {
        let mut state = self.state();
        let rate = state.bytes_per_second;
        if rate == 0 {
            return (wanted, None);
        }
        let taken = wanted.min((rate / 4).max(1));
        let cost = Duration::from_nanos((u128::from(taken) * 1_000_000_000 / u128::from(rate)).try_into().unwrap_or(u64::MAX));
        state.paid = state.paid.max(now.checked_sub(BURST).unwrap_or(now)) + cost;
        (taken, Some(state.paid))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn millis(pace: &Pace, pieces: &[usize]) -> u128 {
        let start = Instant::now();
        for bytes in pieces {
            pace.take(*bytes).await;
        }
        start.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_take_their_time() {
        let pace = Pace::new(1_000_000);
        assert_eq!(millis(&pace, &[1_000_000]).await, 1000);
        assert_eq!(millis(&pace, &[100_000; 20]).await, 2000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_saves_up_a_quarter_of_a_second_and_no_more() {
        let pace = Pace::new(1_000_000);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(millis(&pace, &[250_000]).await, 0);
        assert_eq!(millis(&pace, &[250_000]).await, 250);
    }

    #[tokio::test(start_paused = true)]
    async fn several_share_one_limit() {
        let pace = Pace::new(1_000_000);
        let start = Instant::now();
        tokio::join!(pace.take(500_000), pace.take(500_000));
        assert_eq!(start.elapsed().as_millis(), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn nought_is_no_limit_and_a_new_limit_counts_soon() {
        let pace = Pace::new(0);
        assert_eq!(millis(&pace, &[usize::MAX]).await, 0);
        pace.set(10);
        let waiting = async {
            pace.take(1_000).await;
        };
        let changing = async {
            tokio::time::sleep(Duration::from_secs(10)).await;
            pace.set(0);
        };
        let start = Instant::now();
        tokio::join!(waiting, changing);
        assert!(start.elapsed() < Duration::from_secs(11), "{:?}", start.elapsed());
    }
}
