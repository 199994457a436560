//! When a task is due.

use super::Task;
use crate::civil::{Wall, Zone};
use crate::recurrence::Occurrences;
use crate::schedule::{Recurrence, When};

/// The moments after `after` and not after `until` (Unix milliseconds) at which the task is due where its civil times count in `zone`,
/// the earliest first.
///
/// A task without `when` is due when it was made. A time that the clock skips is due when the clock jumps, one that comes twice the
/// first time. A day whose time had passed when the task's `from` came is left out.
#[must_use]
pub fn due(task: &Task, zone: &Zone, after: i64, until: i64) -> Vec<i64> {
    let inside = |at: i64| after < at && at <= until;
    match &task.when {
        None => Some(task.made_at).filter(|at| inside(*at)).into_iter().collect(),
        Some(when) if when.recurrence.is_none() => {
            Some(zone.instant(Wall::of(when.from))).filter(|at| inside(*at)).into_iter().collect()
        }
        Some(when) => {
            let when = starts_only(when);
            let occurrences = Occurrences::of(&when, zone).between(after, until.saturating_add(1)).collect::<Vec<_>>();
            // What was cut short at its beginning did not begin.
            occurrences.into_iter().filter(|one| one.from == one.anchor && inside(one.from)).map(|one| one.from).collect()
        }
    }
}

/// The same rule with parts of the day that last until the next day's, so that the change of a clock swallows none of them.
fn starts_only(when: &When) -> When {
    let mut when = when.clone();
    if let Some(Recurrence::Weekly(weekly)) = &mut when.recurrence
        && let Some(window) = &mut weekly.window
    {
        window.end = window.start;
    }
    when
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::ZoneName;
    use jiff::Timestamp;
    use serde_json::{Value, json};

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn task(when: Value) -> Task {
        Task { when: serde_json::from_value(when).unwrap(), made_at: ms("2026-03-01T12:00:00Z"), ..Task::default() }
    }

    fn times(task: &Task, zone: &str, after: &str, until: &str) -> Vec<String> {
        let zone = Zone::of(&zone.parse::<ZoneName>().unwrap());
        due(task, &zone, ms(after), ms(until))
            .into_iter()
            .map(|at| Timestamp::from_millisecond(at).unwrap().to_string())
            .collect()
    }

    fn once(at: &str) -> Task {
        task(json!({"from": at, "until": null, "zone": null, "recurrence": null}))
    }

    fn daily(from: &str, start: &str, end: &str) -> Task {
        let days = ["mo", "tu", "we", "th", "fr", "sa", "su"];
        let weekly = json!({"every": 1, "days": days, "window": {"start": start, "end": end}});
        task(json!({"from": from, "until": null, "zone": null, "recurrence": {"weekly": weekly}}))
    }

    #[test]
    fn at_once_is_when_it_was_made_and_never_again() {
        let now = Task { when: None, ..once("2026-01-01T00:00:00") };
        assert_eq!(times(&now, "UTC", "2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z"), ["2026-03-01T12:00:00Z"]);
        assert!(times(&now, "UTC", "2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z").is_empty());
    }

    #[test]
    fn a_civil_time_is_another_moment_in_each_zone() {
        let task = once("2026-11-22T07:00:00");
        let span = ("2026-11-21T00:00:00Z", "2026-11-24T00:00:00Z");
        for (zone, moment) in [
            ("UTC", "2026-11-22T07:00:00Z"),
            ("Europe/Berlin", "2026-11-22T06:00:00Z"),
            ("Asia/Tokyo", "2026-11-21T22:00:00Z"),
            ("America/New_York", "2026-11-22T12:00:00Z"),
        ] {
            assert_eq!(times(&task, zone, span.0, span.1), [moment], "{zone}");
        }
    }

    #[test]
    fn a_time_that_clocks_skip_comes_when_they_jump() {
        let night = daily("2026-03-01T00:00:00", "02:30:00", "02:31:00");
        let found = times(&night, "Europe/Berlin", "2026-03-27T22:00:00Z", "2026-03-30T22:00:00Z");
        assert_eq!(found, ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
        let one = times(&once("2026-03-29T02:30:00"), "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z");
        assert_eq!(one, ["2026-03-29T01:00:00Z"]);
    }

    #[test]
    fn a_time_that_comes_twice_counts_once() {
        let night = daily("2026-10-01T00:00:00", "02:30:00", "03:30:00");
        let found = times(&night, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z");
        assert_eq!(found, ["2026-10-25T00:30:00Z"]);
    }

    #[test]
    fn a_day_whose_time_had_passed_is_left_out() {
        let task = daily("2026-11-22T09:00:00", "08:00:00", "18:00:00");
        let found = times(&task, "UTC", "2026-11-22T00:00:00Z", "2026-11-24T00:00:00Z");
        assert_eq!(found, ["2026-11-23T08:00:00Z"]);
        let whole = task_of_whole_days();
        assert_eq!(times(&whole, "UTC", "2026-11-22T00:00:00Z", "2026-11-23T12:00:00Z"), ["2026-11-23T00:00:00Z"]);
    }

    fn task_of_whole_days() -> Task {
        let weekly = json!({"every": 1, "days": ["mo", "su"], "window": null});
        task(json!({"from": "2026-11-22T09:00:00", "until": null, "zone": null, "recurrence": {"weekly": weekly}}))
    }

    /// However often and at whatever moments somebody looks, each moment is found once.
    #[test]
    fn looking_again_finds_nothing_twice() {
        let night = daily("2026-10-20T00:00:00", "02:30:00", "02:30:00");
        let zone = Zone::of(&"Europe/Berlin".parse().unwrap());
        let (first, last) = (ms("2026-10-20T00:00:00Z"), ms("2026-11-05T00:00:00Z"));
        let whole = due(&night, &zone, first, last);
        assert_eq!(whole.len(), 16);
        let (mut found, mut at) = (Vec::new(), first);
        while at < last {
            let next = (at + 5_400_000 + at % 7).min(last);
            found.extend(due(&night, &zone, at, next));
            at = next;
        }
        assert_eq!(found, whole);
    }
}
