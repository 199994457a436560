//! Noticing that the host slept: the raw clock stood still meanwhile.

use super::reading::slept;

/// A sleep that matters, in nanoseconds.
const SHORTEST: i64 = 100_000_000;

/// Compares the time slept with what it was.
pub(super) struct SleepWatch {
    before: i64,
}

impl SleepWatch {
    /// Looks from now on.
    pub(super) fn new() -> Self {
        Self { before: slept() }
    }

    /// Whether the host slept since the last look.
    pub(super) fn has_slept(&mut self) -> bool {
        self.longer(slept())
    }

    fn longer(&mut self, now: i64) -> bool {
        let has_slept = now - self.before > SHORTEST;
        self.before = now;
        has_slept
    }
}

#[cfg(test)]
mod tests {
    use super::SleepWatch;

    #[test]
    fn a_sleep_is_noticed_once() {
        let mut watch = SleepWatch::new();
        assert!(!watch.has_slept());
        let now = watch.before;
        assert!(watch.longer(now + 30_000_000_000));
        assert!(!watch.longer(now + 30_000_000_100));
    }
}
