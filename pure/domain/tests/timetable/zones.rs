//! From the wall to instants, in zones with and without clock changes.

use domain::cell::{Validity, ZoneName};
use domain::civil::{DAY_MS, Wall, Zone};
use domain::rows::Rows;
use domain::timetable::shown_between;
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::json;

use crate::build;

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Antarctica/Troll",
];

fn zone(name: &str) -> ZoneName {
    name.parse().unwrap()
}

fn check(name: &str, wall: &str, expected: &str) {
    let instant = Zone::of(&zone(name)).instant(Wall::of(wall.parse().unwrap()));
    assert_eq!(Timestamp::from_millisecond(instant).unwrap(), expected.parse::<Timestamp>().unwrap(), "{name} {wall}");
}

#[test]
fn skipped_times_happen_at_the_jump_and_doubled_ones_the_first_time() {
    check("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T01:59:59+01:00");
    check("Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T03:00:00+02:00");
    check("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:00:00+02:00");
    check("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T03:00:00+02:00");
    check("Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T02:00:00+02:00");
    check("Europe/Berlin", "2026-10-25T02:59:59", "2026-10-25T02:59:59+02:00");
    check("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T03:00:00+01:00");
    check("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-31T00:00:00+14:00");
    check("Asia/Kathmandu", "1985-12-31T23:59:59", "1985-12-31T23:59:59+05:30");
    check("Asia/Kathmandu", "1986-01-01T00:10:00", "1986-01-01T00:15:00+05:45");
}

#[test]
fn the_table_of_a_horizon_says_the_same_as_the_rules_and_time_never_runs_back() {
    for name in ZONES {
        let plain = Zone::of(&zone(name));
        for (year, month) in
            [(2025, 12), (2026, 2), (2026, 3), (2026, 4), (2026, 9), (2026, 10), (2026, 11), (2037, 3), (2099, 10)]
        {
            let first = Wall::of(date(year, month, 1).at(0, 0, 0, 0)).0;
            let table = Zone::around(&zone(name), first, first + 31 * DAY_MS);
            let mut before = i64::MIN;
            for wall in (first - 3 * DAY_MS..first + 36 * DAY_MS).step_by(7 * 60_000).map(Wall) {
                let instant = table.instant(wall);
                assert_eq!(instant, plain.instant(wall), "{name} {wall:?}");
                assert!(instant >= before && table.wall(instant) >= wall, "{name} {wall:?}");
                assert_eq!(table.wall(instant), plain.wall(instant), "{name} {wall:?}");
                before = instant;
            }
        }
    }
}

#[test]
fn validity_counts_in_its_own_zone_else_in_the_viewers() {
    let mut rows = Rows::default();
    build::put(&mut rows, "viewer", build::id("@gate"), &json!({"zone": "Asia/Tokyo"}));
    let ask = |validity: &Validity| shown_between(&rows, validity, build::viewer("@gate"));
    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap().as_millisecond());
    let day = |day| Some(date(2026, 3, day).at(2, 30, 0, 0));
    assert_eq!(ask(&Validity::default()), (None, None));
    assert_eq!(ask(&Validity { from: day(1), ..Validity::default() }), (at("2026-03-01T02:30:00+09:00"), None));
    let berlin = Validity { from: None, until: day(29), zone: Some(zone("Europe/Berlin")) };
    assert_eq!(ask(&berlin), (None, at("2026-03-29T03:00:00+02:00")), "skipped, so it ends at the jump");
}
