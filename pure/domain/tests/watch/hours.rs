//! When viewers should be on.

use domain::alert::on_since;
use serde_json::json;
use uuid::Uuid;

use crate::{INNER, LONE, OUTER, PIER, put, state, utc};

fn daily(start: &str, end: &str) -> serde_json::Value {
    let weekly = json!({"every": 1, "days": ["mo", "tu", "we", "th", "fr", "sa", "su"], "window": {"start": start, "end": end}});
    json!({"from": "2026-01-01T00:00:00", "until": null, "zone": null, "recurrence": {"weekly": weekly}})
}

#[test]
fn without_any_a_viewer_should_always_be_on() {
    assert_eq!(on_since(&state(), PIER, 0), Some(i64::MIN));
}

#[test]
fn the_nearest_destination_counts_in_the_viewers_own_zone() {
    let mut state = state();
    put(&mut state, "on_hours", 10, &json!({"destination": "all", "when": daily("08:00:00", "18:00:00")}));
    // Berlin is two hours ahead of UTC in July.
    assert_eq!(on_since(&state, PIER, utc("2026-07-01T05:59:59Z")), None);
    assert_eq!(on_since(&state, PIER, utc("2026-07-01T06:00:00Z")), Some(utc("2026-07-01T06:00:00Z")));
    assert_eq!(on_since(&state, LONE, utc("2026-07-01T06:00:00Z")), None, "its zone is the installation's");
    assert_eq!(on_since(&state, LONE, utc("2026-07-01T09:00:00Z")), Some(utc("2026-07-01T08:00:00Z")));
    assert_eq!(on_since(&state, LONE, utc("2026-07-01T18:00:00Z")), None);

    let outer = json!({"destination": {"group": Uuid::from_u128(OUTER)}, "when": daily("20:00:00", "02:00:00")});
    put(&mut state, "on_hours", 11, &outer);
    assert_eq!(on_since(&state, PIER, utc("2026-07-01T09:00:00Z")), None, "the group's hours take the place of those for all");
    assert_eq!(on_since(&state, PIER, utc("2026-07-01T23:30:00Z")), Some(utc("2026-07-01T18:00:00Z")), "over midnight");
    assert_eq!(on_since(&state, LONE, utc("2026-07-01T09:00:00Z")), Some(utc("2026-07-01T08:00:00Z")));

    let inner = |start, end| json!({"destination": {"group": Uuid::from_u128(INNER)}, "when": daily(start, end)});
    put(&mut state, "on_hours", 12, &inner("10:00:00", "11:00:00"));
    put(&mut state, "on_hours", 13, &inner("12:00:00", "13:00:00"));
    assert_eq!(on_since(&state, PIER, utc("2026-07-01T23:30:00Z")), None);
    for (hour, on) in [("08", true), ("09", false), ("10", true), ("11", false)] {
        assert_eq!(on_since(&state, PIER, utc(&format!("2026-07-01T{hour}:30:00Z"))).is_some(), on, "{hour}: several add up");
    }
    put(&mut state, "on_hours", 14, &json!({"destination": {"viewer": PIER}, "when": {"from": "2026-01-01T00:00:00"}}));
    let since = on_since(&state, PIER, utc("2026-07-01T23:30:00Z"));
    assert_eq!(since, Some(utc("2025-12-31T23:00:00Z")), "its own hours come first, throughout since they began");
}
