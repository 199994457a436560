//! On-hours, limits for downloads and recipients: which rule holds for which viewer, and which rules may stand.
#![allow(clippy::unwrap_used, reason = "tests")]

mod downloads;
mod hours;
mod settings;
mod standing;
mod urgent;

use domain::id::ViewerId;
use domain::log::{Cell, Row};
use domain::stamp::{Dot, Stamp};
use domain::state::State;
use serde_json::{Value, json};
use uuid::Uuid;

/// The viewer in the inner of two groups, and one in none.
const PIER: ViewerId = ViewerId(Uuid::from_u128(1));
const LONE: ViewerId = ViewerId(Uuid::from_u128(2));
const INNER: u128 = 3;
const OUTER: u128 = 4;

fn put(state: &mut State, kind: &str, id: u128, cells: &Value) {
    let cell = |value: &Value| Cell { stamp: Stamp::default(), value: value.clone() };
    let cells = cells.as_object().unwrap().iter().map(|(name, value)| (name.clone(), cell(value))).collect();
    state.put(kind, Uuid::from_u128(id), Some(Row { birth: Dot::default(), cells }));
}

/// Two viewers and two groups.
fn state() -> State {
    let mut state = State::default();
    let id = |n: u128| Uuid::from_u128(n);
    put(&mut state, "viewer", 1, &json!({"name": "Pier", "zone": "Europe/Berlin"}));
    put(&mut state, "viewer", 2, &json!({"name": "Lone"}));
    put(&mut state, "group", INNER, &json!({"name": "Inner"}));
    put(&mut state, "group", OUTER, &json!({"name": "Outer"}));
    put(&mut state, "membership", 5, &json!({"group": id(INNER), "member": {"viewer": PIER}}));
    put(&mut state, "membership", 6, &json!({"group": id(OUTER), "member": {"group": id(INNER)}}));
    state
}

/// Unix milliseconds of a moment in UTC.
fn utc(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}
