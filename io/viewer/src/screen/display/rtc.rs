//! Waking a computer that is shut down by its own clock (Linux, Documentation/ABI/testing/sysfs-class-rtc).

use std::io;
use std::path::Path;

/// The alarm of the first clock.
pub(super) const ALARM: &str = "/sys/class/rtc/rtc0/wakealarm";
/// A computer is up by the time that it is needed, in milliseconds.
const BEFORE: i64 = 120_000;
/// An alarm closer than this might pass while it is set, in seconds.
const LEAST: i64 = 30;

/// What the alarm is set to so that the computer is up at `on`; both in Unix milliseconds. The number counts from the clock's own time,
/// which may be wrong or local.
pub(super) fn setting(now: i64, on: i64) -> Option<String> {
    let seconds = (on - BEFORE - now) / 1000;
    (seconds >= LEAST).then(|| format!("+{seconds}"))
}

/// Sets the alarm, or clears it; `false` where the computer has none.
///
/// # Errors
/// The alarm cannot be written.
pub(super) fn set(alarm: &Path, setting: Option<&str>) -> io::Result<bool> {
    if !alarm.exists() {
        return Ok(false);
    }
    // An alarm that is set is first cleared: the kernel refuses to replace it.
    std::fs::write(alarm, "0")?;
    if let Some(setting) = setting {
        std::fs::write(alarm, setting)?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_rings_two_minutes_before() {
        assert_eq!(setting(1_000_000, 1_000_000 + 3_600_000).as_deref(), Some("+3480"));
        assert_eq!(setting(1_000_000, 1_000_000 + 140_000), None);
        assert_eq!(setting(1_000_000, 0), None);
    }

    #[test]
    fn the_alarm_is_written_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let alarm = folder.path().join("wakealarm");
        assert!(!set(&alarm, Some("+60")).unwrap());
        std::fs::write(&alarm, "").unwrap();
        assert!(set(&alarm, Some("+60")).unwrap());
        assert_eq!(std::fs::read_to_string(&alarm).unwrap(), "+60");
        set(&alarm, None).unwrap();
        assert_eq!(std::fs::read_to_string(&alarm).unwrap(), "0");
    }
}
