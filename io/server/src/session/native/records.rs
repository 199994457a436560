//! Events and log lines of viewers on their way into the facts.

use std::sync::atomic::{AtomicI64, Ordering};

use control::native::Record;
use domain::id::{DeviceId, ViewerId};
use store::facts::Event;
use uuid::Uuid;

use crate::session::ahead::counted;
use crate::session::plays::stream_number;

/// A record as a fact that came at `now`, Unix milliseconds.
pub(super) fn fact(device: DeviceId, viewer: ViewerId, stream: Uuid, record: Record, now: i64) -> Event {
    let at = counted(record.at, now);
    let text = match at == record.at {
        true => record.text,
        false => format!("{} (the screen's clock said {})", record.text, civil(record.at)),
    };
    Event {
        device: device.0,
        stream: stream_number(stream),
        n: i64::try_from(record.n).unwrap_or(i64::MAX),
        viewer: viewer.0,
        at,
        level: record.level.to_owned(),
        code: record.code,
        text,
    }
}

fn civil(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| format!("{at} ms"), |at| at.to_string())
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
    fn what_a_wrong_clock_says_is_noted_when_it_came() {
        let record = |at| Record { n: 1, at, level: "info", code: "c".to_owned(), text: "Restarted.".to_owned() };
        let fact = |at| fact(DeviceId::default(), ViewerId::default(), Uuid::nil(), record(at), 1_000);
        let (good, ahead) = (fact(900), fact(4_102_444_800_000));
        assert_eq!((good.at, good.text.as_str()), (900, "Restarted."));
        assert_eq!((ahead.at, ahead.text.as_str()), (1_000, "Restarted. (the screen's clock said 2100-01-01T00:00:00Z)"));
        assert!(fact(i64::MAX).text.ends_with("ms)"));
    }

    #[test]
    fn one_line_says_it_for_all_viewers() {
        let complaints = Complaints::new();
        assert!(complaints.is_due(1_000_000));
        assert!(!complaints.is_due(1_000_001) && !complaints.is_due(1_009_999));
        assert!(complaints.is_due(1_010_000));
        assert!(complaints.is_due(500_000), "the clock was set back");
    }
}
