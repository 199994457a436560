//! The cases of `vectors/position`, which the player runs too.

use domain::timetable::{Item, Play, Position, Program, Show, Shuffle, position};
use serde::Deserialize;
use serde_json::Value;

use crate::golden::files;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    durations_ms: Vec<u64>,
    shuffle: Option<Shuffle>,
    anchor: i64,
    #[serde(default)]
    orders: Vec<Order>,
    positions: Vec<Place>,
}

#[derive(Deserialize)]
struct Order {
    cycle: i64,
    items: Vec<usize>,
}

#[derive(Deserialize)]
struct Place {
    at: i64,
    position: Value,
}

fn program(case: &Case) -> Program {
    let item = |(index, duration_ms): (usize, &u64)| Item {
        id: index.to_string(),
        show: Show::Standby,
        duration_ms: *duration_ms,
        transition: domain::cell::Transition::default(),
        play: Play::default(),
    };
    Program { items: case.durations_ms.iter().enumerate().map(item).collect(), shuffle: case.shuffle.clone() }
}

fn place(value: &Value) -> Option<Position> {
    let number = |name: &str| value[name].as_i64().unwrap();
    let some = !value.is_null();
    some.then(|| Position { index: number("index") as usize, offset_ms: number("offset_ms") as u64, cycle: number("cycle") })
}

#[test]
fn every_position_is_as_written() {
    let files = files("position");
    assert!(files.len() >= 11, "cases are missing: {}", files.len());
    for (name, text) in files {
        let case: Case = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let program = program(&case);
        for wanted in &case.positions {
            let got = position(&program, case.anchor, wanted.at);
            assert_eq!(got, place(&wanted.position), "{name}: {} at {}", case.title, wanted.at);
        }
        for order in &case.orders {
            let mut at = case.anchor + order.cycle * i64::try_from(program.length_ms()).unwrap();
            for item in &order.items {
                let got = position(&program, case.anchor, at).unwrap();
                assert_eq!((got.index, got.offset_ms, got.cycle), (*item, 0, order.cycle), "{name}: round {}", order.cycle);
                at += i64::try_from(case.durations_ms[*item]).unwrap();
            }
        }
    }
}

#[test]
fn positions_exist_at_the_ends_of_time() {
    let program = Program::standby();
    for (anchor, at) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, i64::MIN), (0, i64::MAX)] {
        assert!(position(&program, anchor, at).is_some(), "{anchor} {at}");
    }
}
