//! When a display is on: rows of the schedule's own kind, in the viewer's zone.

use domain::cell::ZoneName;
use domain::civil::Zone;
use domain::recurrence::Occurrences;
use domain::schedule::When;

/// How far ahead the next switch is looked for, in milliseconds: rules that repeat do so within a year.
const AHEAD: i64 = 400 * domain::civil::DAY_MS;

/// Whether the display is on at this instant (Unix milliseconds). Without any rule it always is.
#[must_use]
pub fn on_at(hours: &[When], zone: &ZoneName, at: i64) -> bool {
    is_on(&rules(hours, zone), at)
}

/// The next instant after `at` at which [`on_at`] changes, and whether the display is on from then; `None` where it never does.
#[must_use]
pub fn next_switch(hours: &[When], zone: &ZoneName, at: i64) -> Option<(i64, bool)> {
    let rules = rules(hours, zone);
    let on = is_on(&rules, at);
    let mut look = at;
    // Rules that meet or overlap make one long time out of several.
    loop {
        look = rules.iter().filter_map(|rule| edge(rule, look)).min()?;
        if look > at + AHEAD {
            return None;
        }
        if is_on(&rules, look) != on {
            return Some((look, !on));
        }
    }
}

type Rule<'h> = (&'h When, Zone);

fn rules<'h>(hours: &'h [When], zone: &ZoneName) -> Vec<Rule<'h>> {
    hours.iter().map(|when| (when, Zone::of(when.zone.as_ref().unwrap_or(zone)))).collect()
}

fn is_on(rules: &[Rule<'_>], at: i64) -> bool {
    rules.is_empty()
        || rules.iter().any(|(when, zone)| Occurrences::of(when, zone).next_after(at).is_some_and(|next| next.from <= at))
}

/// The first start or end after `at`.
fn edge((when, zone): &Rule<'_>, at: i64) -> Option<i64> {
    let next = Occurrences::of(when, zone).next_after(at)?;
    let edge = if next.from > at { next.from } else { next.until };
    (edge < i64::MAX).then_some(edge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::schedule::{Recurrence, Weekdays, Weekly, Window};

    fn berlin() -> ZoneName {
        serde_json::from_str("\"Europe/Berlin\"").unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    fn rule(days: &[&str], start: &str, end: &str) -> When {
        let days = Weekdays::try_from(days.iter().map(|&day| day.to_owned()).collect::<Vec<_>>()).unwrap();
        let window = Window { start: start.parse().unwrap(), end: end.parse().unwrap() };
        When {
            from: "2026-01-01T00:00:00".parse().unwrap(),
            until: None,
            zone: None,
            recurrence: Some(Recurrence::Weekly(Weekly { every: 1, days, window: Some(window) })),
        }
    }

    #[test]
    fn hours_are_civil_times_of_the_viewer() {
        let hours = [rule(&["mo", "tu", "we", "th", "fr"], "07:00:00", "19:30:00")];
        let zone = berlin();
        // Berlin is two hours ahead in summer, one in winter.
        for (instant, on) in [
            ("2026-07-06T04:59:59Z", false),
            ("2026-07-06T05:00:00Z", true),
            ("2026-07-06T17:29:59Z", true),
            ("2026-07-06T17:30:00Z", false),
            ("2026-12-07T05:30:00Z", false),
            ("2026-12-07T06:00:00Z", true),
            ("2026-07-05T10:00:00Z", false),
        ] {
            assert_eq!(on_at(&hours, &zone, at(instant)), on, "{instant}");
        }
    }

    #[test]
    fn the_next_switch_is_found_over_nights_and_weekends() {
        let hours = [rule(&["mo", "tu", "we", "th", "fr"], "07:00:00", "19:30:00")];
        let zone = berlin();
        assert_eq!(next_switch(&hours, &zone, at("2026-07-06T10:00:00Z")), Some((at("2026-07-06T17:30:00Z"), false)));
        assert_eq!(next_switch(&hours, &zone, at("2026-07-10T18:00:00Z")), Some((at("2026-07-13T05:00:00Z"), true)));
    }

    #[test]
    fn rules_that_meet_are_one_time() {
        let hours =
            [rule(&["mo"], "07:00:00", "12:00:00"), rule(&["mo"], "12:00:00", "15:00:00"), rule(&["mo"], "14:00:00", "22:00:00")];
        assert_eq!(next_switch(&hours, &berlin(), at("2026-07-06T06:00:00Z")), Some((at("2026-07-06T20:00:00Z"), false)));
    }

    #[test]
    fn without_rules_it_is_always_on() {
        assert!(on_at(&[], &berlin(), 0));
        assert_eq!(next_switch(&[], &berlin(), 0), None);
    }

    #[test]
    fn a_rule_that_has_ended_leaves_it_off() {
        let hours = [When { until: Some("2026-02-01T00:00:00".parse().unwrap()), ..rule(&["mo"], "07:00:00", "12:00:00") }];
        assert!(!on_at(&hours, &berlin(), at("2026-07-06T06:00:00Z")));
        assert_eq!(next_switch(&hours, &berlin(), at("2026-07-06T06:00:00Z")), None);
    }
}
