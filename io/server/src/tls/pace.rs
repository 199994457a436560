//! How often certificates are looked after.

use std::time::Duration;

/// The waits between two looks. Production uses the default; tests use shorter ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How often the names and addresses of this machine are looked at.
    pub names: Duration,
    /// How often the operator's files are looked at.
    pub files: Duration,
    /// Wait after the first failure of an authority; it doubles with each further one.
    pub retry: Duration,
    /// Longest wait after a failure.
    pub retry_most: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            names: Duration::from_secs(600),
            files: Duration::from_secs(60),
            retry: Duration::from_secs(60),
            retry_most: Duration::from_secs(6 * 3600),
        }
    }
}

impl Pace {
    /// The wait after one more failure.
    pub(super) fn longer(&self, wait: Duration) -> Duration {
        (wait * 2).min(self.retry_most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let pace = Pace::default();
        let waits: Vec<u64> = std::iter::successors(Some(pace.retry), |wait| Some(pace.longer(*wait)))
            .take(11)
            .map(|wait| wait.as_secs())
            .collect();
        assert_eq!(waits, [60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 21_600, 21_600]);
    }
}
