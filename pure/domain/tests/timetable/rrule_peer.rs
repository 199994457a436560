//! Weekly rules against the `rrule` crate: both must find the same starts.

use domain::cell::ZoneName;
use domain::civil::Zone;
use domain::recurrence::Occurrences;
use domain::schedule::{Recurrence, Weekdays, Weekly, When, Window};
use jiff::civil::{DateTime, Time, Weekday, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use proptest::sample::select;
use rrule::{RRuleSet, Tz};

const DAY_MS: i64 = 86_400_000;

/// Rules whose parts of the day keep away from the hours in which clocks change, which RFC 5545 treats otherwise than we do.
fn when() -> impl Strategy<Value = When> {
    let days = proptest::collection::vec(any::<bool>(), 7).prop_filter_map("a day is needed", |on| {
        let days: Weekdays = Weekday::Monday.cycle_forward().zip(on).filter(|(_, on)| *on).map(|(day, _)| day).collect();
        (!days.is_empty()).then_some(days)
    });
    let zone = select(vec!["Europe/Berlin", "America/New_York", "Australia/Sydney", "UTC"]);
    (1..7u16, days, 4..23i8, 1..60i32, zone, 0..700i32, proptest::option::of(0..900i32)).prop_map(
        |(every, days, hour, length, zone, from, until)| {
            let start = Time::new(hour, 0, 0, 0).unwrap();
            let window = Some(Window { start, end: start.wrapping_add(length.minutes()) });
            let day = |after: i32| date(2025, 1, 1).checked_add(after.days()).unwrap().to_datetime(Time::midnight());
            let zone = Some(zone.parse::<ZoneName>().unwrap());
            When {
                from: day(from),
                until: until.map(day),
                zone,
                recurrence: Some(Recurrence::Weekly(Weekly { every, days, window })),
            }
        },
    )
}

fn peer(when: &When, from: i64, until: i64) -> Vec<i64> {
    let Some(Recurrence::Weekly(rule)) = &when.recurrence else { return Vec::new() };
    let zone = when.zone.as_ref().unwrap();
    let first = when.from.date().to_datetime(rule.window.unwrap().start);
    if when.until.is_some_and(|until| until <= first) {
        return Vec::new();
    }
    let utc = |civil: DateTime| civil.to_zoned(zone.rules()).unwrap().timestamp();
    let last = when.until.map(|until| utc(until).checked_sub(1.second()).unwrap().strftime(";UNTIL=%Y%m%dT%H%M%SZ").to_string());
    let days: Vec<String> = Vec::<String>::from(rule.days).iter().map(|day| day.to_uppercase()).collect();
    let start = first.strftime("%Y%m%dT%H%M%S");
    let (days, last) = (days.join(","), last.unwrap_or_default());
    let text = format!("DTSTART;TZID={zone}:{start}\nRRULE:FREQ=WEEKLY;INTERVAL={};WKST=MO;BYDAY={days}{last}", rule.every);
    let bound = |ms| {
        let text = Timestamp::from_millisecond(ms).unwrap().to_string();
        text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().with_timezone(&Tz::UTC)
    };
    let set = text.parse::<RRuleSet>().unwrap().after(bound(from)).before(bound(until - 1));
    set.all(5_000).dates.iter().map(chrono::DateTime::timestamp_millis).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn weekly_rules_start_when_the_peer_says(when in when(), day in 0..600i64) {
        let from = 1_751_328_000_000 + day * DAY_MS;
        let until = from + 60 * DAY_MS;
        let zone = Zone::around(when.zone.as_ref().unwrap(), from, until);
        let occurrences = Occurrences::of(&when, &zone);
        let own: Vec<i64> = occurrences.between(from, until).map(|one| one.anchor).filter(|start| *start >= from).collect();
        prop_assert_eq!(own, peer(&when, from, until));
    }
}
