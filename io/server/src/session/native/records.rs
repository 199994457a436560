//! Events and log lines of viewers on their way into the facts.

use std::sync::atomic::{AtomicI64, Ordering};

use control::native::Record;
use domain::id::{DeviceId, ViewerId};
use store::facts::Event;
use uuid::Uuid;

use crate::session::plays::stream_number;

/// A record as a fact.
pub(super) fn fact(device: DeviceId, viewer: ViewerId, stream: Uuid, record: Record) -> Event {
    Event {
        device: device.0,
        stream: stream_number(stream),
        n: i64::try_from(record.n).unwrap_or(i64::MAX),
        viewer: viewer.0,
        at: record.at,
        level: record.level.to_owned(),
        code: record.code,
        text: record.text,
    }
}

/// When it was last said that the database takes no records: thousands of viewers send again every few seconds, and one line says it for all.
#[derive(Debug)]
pub(super) struct Complaints(AtomicI64);

/// How long one line counts, in milliseconds.
const PAUSE_MS: i64 = 10_000;

impl Complaints {
    /// Those of this process.
    pub(super) const fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// Whether to say it at `now`, Unix milliseconds.
    pub(super) fn is_due(&self, now: i64) -> bool {
        let next = |last: i64| (!(last..last.saturating_add(PAUSE_MS)).contains(&now)).then_some(now);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_it_for_all_viewers() {
        let complaints = Complaints::new();
        assert!(complaints.is_due(1_000_000));
        assert!(!complaints.is_due(1_000_001) && !complaints.is_due(1_009_999));
        assert!(complaints.is_due(1_010_000));
        assert!(complaints.is_due(500_000), "the clock was set back");
    }
}
