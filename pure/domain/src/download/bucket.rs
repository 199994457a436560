//! A token bucket: how many bytes may go now, and when the next ones may.

/// A rate with a little credit, so that short gaps are made up. Times are milliseconds of any steady clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Bytes per second; 0 = unlimited.
    rate: u64,
    /// Bytes that may go at once; negative while a debt is paid off.
    credit: f64,
    at: i64,
}

/// For how long unused rate is saved, in seconds.
const SAVED_S: f64 = 0.25;

impl Bucket {
    /// A full bucket of this rate in bytes per second; 0 = unlimited.
    #[must_use]
    pub fn new(rate: u64, now: i64) -> Self {
        Self { rate, credit: capacity(rate), at: now }
    }

    /// Another rate from now on; what is owed stays owed.
    pub fn set_rate(&mut self, rate: u64, now: i64) {
        self.refill(now);
        self.rate = rate;
        self.credit = self.credit.min(capacity(rate));
    }

    /// The rate in bytes per second; 0 = unlimited.
    #[must_use]
    pub fn rate(&self) -> u64 {
        self.rate
    }

    /// How long to wait until something may be sent, in milliseconds; 0 = now.
    #[must_use]
    pub fn wait_ms(&mut self, now: i64) -> u64 {
        self.refill(now);
        if self.rate == 0 || self.credit > 0.0 {
            return 0;
        }
        let wait = (-self.credit / as_float(self.rate) * 1_000.0).ceil() + 1.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a day")]
        let wait = wait.clamp(1.0, 86_400_000.0) as u64;
        wait
    }

    /// So many bytes were sent. They may be more than there was credit for: the next ones wait for longer then.
    pub fn take(&mut self, bytes: u64) {
        if self.rate > 0 {
            self.credit -= as_float(bytes);
        }
    }

    /// So many bytes that were taken were not sent after all.
    pub fn give_back(&mut self, bytes: u64) {
        if self.rate > 0 {
            self.credit = (self.credit + as_float(bytes)).min(capacity(self.rate));
        }
    }

    fn refill(&mut self, now: i64) {
        let passed = now.saturating_sub(self.at).max(0);
        self.at = self.at.max(now);
        let earned = as_float(passed.unsigned_abs()) / 1_000.0 * as_float(self.rate);
        self.credit = (self.credit + earned).min(capacity(self.rate));
    }
}

fn capacity(rate: u64) -> f64 {
    as_float(rate) * SAVED_S
}

#[expect(clippy::cast_precision_loss, reason = "rates and lengths are far below 2^52")]
fn as_float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends blocks as soon as allowed for so many seconds; how many bytes went.
    fn sent(bucket: &mut Bucket, block: u64, seconds: i64) -> u64 {
        let (mut now, mut bytes) = (0, 0);
        while now < seconds * 1_000 {
            match bucket.wait_ms(now) {
                0 => {
                    bucket.take(block);
                    bytes += block;
                }
                wait => now += i64::try_from(wait).unwrap(),
            }
        }
        bytes
    }

    #[test]
    fn the_rate_holds_whatever_the_size_of_the_blocks() {
        for block in [1_000, 16_000, 131_072, 3_000_000] {
            let bytes = sent(&mut Bucket::new(1_250_000, 0), block, 20);
            let (least, most) = (1_250_000 * 19, 1_250_000 * 21 + block);
            assert!((least..=most).contains(&bytes), "{block}: {bytes}");
        }
    }

    #[test]
    fn saved_rate_is_limited_and_unlimited_never_waits() {
        let mut bucket = Bucket::new(1_000, 0);
        assert_eq!(bucket.wait_ms(3_600_000), 0);
        bucket.take(1_250);
        let wait = bucket.wait_ms(3_600_000);
        assert!((1_000..1_010).contains(&wait), "{wait}");
        let mut open = Bucket::new(0, 0);
        open.take(u64::MAX);
        assert_eq!(open.wait_ms(0), 0);
    }

    #[test]
    fn who_takes_before_waiting_gets_a_turn_of_its_own() {
        let mut bucket = Bucket::new(1_000, 0);
        bucket.take(250);
        // Each takes its bytes at once and waits for what was taken before: nobody overtakes, and the rate holds.
        let turns: Vec<u64> = (0..5).map(|_| (bucket.wait_ms(0), bucket.take(100)).0).collect();
        assert_eq!(turns, [1, 101, 201, 301, 401]);
        bucket.give_back(100);
        assert_eq!(bucket.wait_ms(0), 401);
        bucket.give_back(1_000_000);
        assert_eq!(bucket.wait_ms(0), 0);
        bucket.take(251);
        assert!(bucket.wait_ms(0) > 0, "no more is saved than ever");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = Bucket::new(1_000, 10_000);
        bucket.take(1_250);
        assert!(bucket.wait_ms(0) > 900);
        assert!(bucket.wait_ms(10_000) > 900);
    }
}
