//! The set-up link: a secret for one use within a day, known by its digest only.

use parking_lot::Mutex;

use crate::now::{digest, new_secret};

/// How long a link counts, in milliseconds.
pub const LIFE_MS: i64 = 24 * 3_600_000;

/// The link that counts at present.
#[derive(Debug, Default)]
pub struct SetupLink(Mutex<Option<(String, i64)>>);

impl SetupLink {
    /// A new secret; the one before counts no more.
    #[must_use]
    pub fn renew(&self, now_ms: i64) -> String {
        let secret = new_secret();
        *self.0.lock() = Some((digest(&secret), now_ms + LIFE_MS));
        secret
    }

    /// Whether the secret counts now.
    #[must_use]
    pub fn counts(&self, secret: &str, now_ms: i64) -> bool {
        self.0.lock().as_ref().is_some_and(|(known, until)| *known == digest(secret) && now_ms < *until)
    }

    /// It was used: no link counts any more.
    pub fn spend(&self) {
        *self.0.lock() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_counts_once_for_a_day_and_only_the_newest() {
        let link = SetupLink::default();
        let first = link.renew(0);
        let second = link.renew(0);
        assert!(!link.counts(&first, 1));
        assert!(link.counts(&second, LIFE_MS - 1));
        assert!(!link.counts(&second, LIFE_MS));
        link.spend();
        assert!(!link.counts(&second, 1));
    }
}
