//! When to come again after a visit at a server.

use std::time::Duration;

use super::Visit;
use super::backoff::Backoff;

/// Many viewers that lose the same server go to the next over as long as this.
const TOGETHER: Duration = Duration::from_millis(500);

/// Remembers how the last visits ended.
#[derive(Debug, Default)]
pub(super) struct Pace {
    backoff: Backoff,
    /// The last visit brought a certificate.
    is_granted: bool,
}

impl Pace {
    /// How long to wait after a visit that ended like this; `chance` is a random number between 0 and 1.
    pub(super) fn after(&mut self, visit: &Visit, chance: f64) -> Duration {
        let was_granted = std::mem::replace(&mut self.is_granted, matches!(visit, Visit::Granted));
        match visit {
            Visit::After(wait) => *wait,
            // However long nobody answered before.
            Visit::Granted if !was_granted => Backoff::default().next(chance),
            // A server that grants and does not take what it granted is not asked again and again.
            Visit::Again | Visit::Granted => self.backoff.next(chance),
            Visit::Fresh => {
                self.backoff = Backoff::default();
                self.backoff.next(chance)
            }
            Visit::Next => {
                self.backoff = Backoff::default();
                TOGETHER.mul_f64(chance)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(pace: &mut Pace, visits: &[Visit]) -> Vec<u64> {
        visits.iter().map(|visit| pace.after(visit, 0.5).as_secs()).collect()
    }

    #[test]
    fn who_was_granted_a_certificate_comes_soon_however_long_nobody_answered() {
        let mut pace = Pace::default();
        assert_eq!(seconds(&mut pace, &[Visit::Again, Visit::Again, Visit::Again, Visit::Granted]), [1, 2, 4, 1]);
        assert_eq!(seconds(&mut pace, &[Visit::Granted, Visit::Granted]), [8, 16], "only once in a row");
        assert_eq!(seconds(&mut pace, &[Visit::Again, Visit::Granted, Visit::Fresh, Visit::Again]), [30, 1, 1, 2]);
    }

    #[test]
    fn all_is_well_within_a_minute_at_the_latest() {
        let mut pace = Pace::default();
        for _ in 0..10 {
            pace.after(&Visit::Again, 1.0);
        }
        let longest = pace.after(&Visit::Again, 1.0) + pace.after(&Visit::Granted, 1.0);
        assert!(longest < Duration::from_secs(50), "{longest:?}, and something has to be said too");
    }

    #[test]
    fn the_next_server_is_tried_at_once() {
        let mut pace = Pace::default();
        pace.after(&Visit::Again, 0.5);
        assert_eq!(pace.after(&Visit::Next, 1.0), TOGETHER);
        assert_eq!(pace.after(&Visit::After(Duration::ZERO), 1.0), Duration::ZERO);
        assert_eq!(seconds(&mut pace, &[Visit::Again]), [1]);
    }
}
