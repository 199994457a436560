//! Waking a computer that is shut down by its own clock (Linux, Documentation/ABI/testing/sysfs-class-rtc).

use std::io;
use std::path::Path;

/// The alarm of the first clock.
pub(super) const ALARM: &str = "/sys/class/rtc/rtc0/wakealarm";
/// A computer is up by the time that it is needed, in milliseconds.
const BEFORE: i64 = 120_000;
/// An alarm closer than this might pass while it is set, in seconds.
const LEAST: i64 = 30;

/// Clocks that keep no day with their alarm, as those of most boards, take none that is a day away (Linux, drivers/rtc/rtc-cmos.c). This is
/// a little nearer, in seconds.
const FURTHEST: i64 = 86_280;

/// How far the alarm was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// There is no alarm on this computer.
    Absent,
    /// As wanted.
    Whole,
    /// As far as this clock goes, which is not far enough: it is to be set again before it rings.
    Short,
}

/// In how many seconds the alarm rings so that the computer is up at `on`; both in Unix milliseconds. The number counts from the clock's own time,
/// which may be wrong or local.
pub(super) fn seconds(now: i64, on: i64) -> Option<i64> {
    let seconds = (on - BEFORE - now) / 1000;
    (seconds >= LEAST).then_some(seconds)
}

/// Sets the alarm to ring in so many seconds, or clears it.
///
/// # Errors
/// The alarm cannot be written.
pub(super) fn set(alarm: &Path, seconds: Option<i64>) -> io::Result<Reach> {
    if !alarm.exists() {
        return Ok(Reach::Absent);
    }
    // An alarm that is set is first cleared: the kernel refuses to replace it.
    std::fs::write(alarm, "0")?;
    let Some(seconds) = seconds else { return Ok(Reach::Whole) };
    match std::fs::write(alarm, format!("+{seconds}")) {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput && seconds > FURTHEST => {
            std::fs::write(alarm, format!("+{FURTHEST}"))?;
            Ok(Reach::Short)
        }
        other => other.map(|()| Reach::Whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_rings_two_minutes_before() {
        assert_eq!(seconds(1_000_000, 1_000_000 + 3_600_000), Some(3480));
        assert_eq!(seconds(1_000_000, 1_000_000 + 140_000), None);
        assert_eq!(seconds(1_000_000, 0), None);
    }

    #[test]
    fn the_alarm_is_written_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let alarm = folder.path().join("wakealarm");
        assert_eq!(set(&alarm, Some(60)).unwrap(), Reach::Absent);
        std::fs::write(&alarm, "").unwrap();
        assert_eq!(set(&alarm, Some(60)).unwrap(), Reach::Whole);
        assert_eq!(std::fs::read_to_string(&alarm).unwrap(), "+60");
        set(&alarm, None).unwrap();
        assert_eq!(std::fs::read_to_string(&alarm).unwrap(), "0");
    }
}
