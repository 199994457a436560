//! How often a source is asked.

/// Bounds of the poll exponent, binary logarithms of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollRange {
    /// Shortest interval: 0 (1 s) to 17.
    pub min: u8,
    /// Longest interval: not below `min`, to 17 (36 h).
    pub max: u8,
}

impl PollRange {
    /// A range; values beyond 17 become 17, and `max` is at least `min`.
    #[must_use]
    pub fn new(min: u8, max: u8) -> Self {
        let min = min.min(17);
        Self { min, max: max.clamp(min, 17) }
    }
}

impl Default for PollRange {
    /// 16 s to 1,024 s (RFC 5905, MINPOLL is 4 and MAXPOLL 17; 10 is the common upper bound).
    fn default() -> Self {
        Self { min: 4, max: 10 }
    }
}

/// The present exponent, which grows while the source does as predicted.
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    range: PollRange,
    exponent: u8,
    score: i8,
}

impl Poll {
    /// Starts at the shortest interval.
    #[must_use]
    pub fn new(range: PollRange) -> Self {
        Self { range, exponent: range.min, score: 0 }
    }

    /// The present exponent.
    #[must_use]
    pub fn exponent(&self) -> u8 {
        self.exponent
    }

    /// Seconds between two questions, varied by up to a sixteenth so that many clients do not ask together. `random` is any number.
    #[must_use]
    pub fn interval(&self, random: u64) -> f64 {
        let part = (random >> 40) as f64 / (1_u64 << 24) as f64;
        f64::from(1_u32 << self.exponent) * (1.0 + (part - 0.5) / 8.0)
    }

    /// A sample came as predicted, or did not. Four good ones lengthen the interval, two bad ones shorten it.
    pub fn observe(&mut self, as_predicted: bool) {
        self.score += if as_predicted { 1 } else { -2 };
        if self.score >= 4 {
            self.exponent = (self.exponent + 1).min(self.range.max);
            self.score = 0;
        } else if self.score <= -4 {
            self.exponent = self.exponent.saturating_sub(1).max(self.range.min);
            self.score = 0;
        }
    }

    /// The source asks for more quiet: its shortest interval doubles.
    pub fn slow_down(&mut self) {
        self.range = PollRange::new(self.range.min + 1, self.range.max.max(self.range.min + 1));
        self.exponent = (self.exponent + 1).clamp(self.range.min, self.range.max);
        self.score = 0;
    }

    /// The source stays away: the interval doubles, within its range.
    pub fn back_off(&mut self) {
        self.exponent = (self.exponent + 1).min(self.range.max);
        self.score = 0;
    }

    /// Back to the shortest interval: the source was away.
    pub fn restart(&mut self) {
        self.exponent = self.range.min;
        self.score = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Poll, PollRange};

    #[test]
    fn it_grows_and_shrinks_within_its_range() {
        let mut poll = Poll::new(PollRange::default());
        for _ in 0..100 {
            poll.observe(true);
        }
        assert_eq!(poll.exponent(), 10);
        poll.observe(false);
        poll.observe(false);
        assert_eq!(poll.exponent(), 9);
        for _ in 0..100 {
            poll.observe(false);
        }
        assert_eq!(poll.exponent(), 4);
    }

    #[test]
    fn a_kiss_raises_the_floor() {
        let mut poll = Poll::new(PollRange::new(4, 4));
        poll.slow_down();
        poll.restart();
        assert_eq!(poll.exponent(), 5);
        for _ in 0..40 {
            poll.slow_down();
        }
        assert_eq!(poll.exponent(), 17);
    }

    #[test]
    fn intervals_vary_by_a_sixteenth() {
        let poll = Poll::new(PollRange::new(6, 6));
        assert_eq!(poll.interval(0), 60.0);
        assert!(poll.interval(u64::MAX) > 67.9 && poll.interval(u64::MAX) <= 68.0);
    }
}
