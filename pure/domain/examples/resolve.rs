//! How long `resolve` takes: one viewer, 10,000 rows, 30 days; 200 rows apply, or all. Beside it the `rrule` crate on the same rules.
//!
//! `cargo run --release -p signboard-domain --example resolve` prints medians in milliseconds, and one line of JSON at the end.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "an example measures and prints")]
#![allow(clippy::unwrap_used, reason = "an example is its own input")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use domain::cell::ZoneName;
use domain::civil::Zone;
use domain::content::{Content, Destination};
use domain::document::Document;
use domain::id::{MediaId, PriorityId, ViewerId};
use domain::log::{Cell, Row};
use domain::media::Media;
use domain::priority::Priority;
use domain::recurrence::Occurrences;
use domain::rows::Rows;
use domain::schedule::{Recurrence, Schedule, Weekdays, Weekly, When, Window};
use domain::stamp::{Dot, Stamp};
use domain::timetable::{Target, resolve};
use jiff::civil::{Time, Weekday, date};
use jiff::{Timestamp, ToSpan};
use rrule::{RRuleSet, Tz};
use uuid::Uuid;

const ROWS: u64 = 10_000;
const APPLY: u64 = 200;
const DAY_MS: i64 = 86_400_000;
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Australia/Sydney"];
/// 10 October 2026, 00:00 UTC. Clocks change within the 30 days.
const FROM: i64 = 1_791_590_400_000;
const UNTIL: i64 = FROM + 30 * DAY_MS;

fn main() {
    let rules: Vec<Schedule> = (0..ROWS).map(schedule).collect();
    let (few, all) = (installation(&rules, APPLY), installation(&rules, ROWS));
    let sets: Vec<RRuleSet> = rules.iter().map(peer).collect();
    let target = Target::screen(ViewerId(Uuid::from_u128(1)));
    let ask = |rows: &Rows| resolve(rows, &target, FROM, UNTIL).len();
    let (few_ms, few_slots) = median(31, || ask(&few));
    let (all_ms, all_slots) = median(31, || ask(&all));
    let zones: BTreeMap<&str, Zone> = ZONES.iter().map(|zone| (*zone, Zone::around(&zone_name(zone), FROM, UNTIL))).collect();
    let (own_ms, own_count) = median(31, || rules.iter().map(|rule| starts(rule, &zones)).sum());
    let (peer_few_ms, _) = median(5, || sets[..APPLY as usize].iter().map(peer_starts).sum());
    let (peer_all_ms, peer_count) = median(3, || sets.iter().map(peer_starts).sum());
    println!(
        "{ROWS} rows, 30 days; {APPLY} apply: {few_ms:.2} ms, {few_slots} slots; all apply: {all_ms:.2} ms, {all_slots} slots"
    );
    println!("starts of all rules, nothing more: {own_ms:.2} ms for {own_count}; rrule: {peer_all_ms:.2} ms for {peer_count}");
    println!("rrule / resolve: {:.1} where {APPLY} apply, {:.1} where all apply", peer_few_ms / few_ms, peer_all_ms / all_ms);
    println!(
        "{{\"few_ms\":{few_ms:.3},\"all_ms\":{all_ms:.3},\"occurrences_ms\":{own_ms:.3},\"rrule_few_ms\":{peer_few_ms:.3},\"rrule_all_ms\":{peer_all_ms:.3}}}"
    );
    assert_eq!(own_count, peer_count, "both find the same starts");
}

/// The median time of some rounds in milliseconds, and what came out.
fn median(rounds: usize, mut work: impl FnMut() -> usize) -> (f64, usize) {
    let mut outcome = 0;
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..rounds {
        let begin = Instant::now();
        outcome = black_box(work());
        times.push(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    (times[rounds / 2], outcome)
}

/// The n-th rule: weekly, in a part of the day between 06:00 and 22:00, so that nights stay free and no row is spared.
fn schedule(n: u64) -> Schedule {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let days: Weekdays = match draw(4) {
        0 => Weekdays::ALL,
        _ => Weekday::Monday.cycle_forward().take(7).filter(|_| draw(3) == 0).chain([Weekday::Friday]).collect(),
    };
    let quarter = |quarters: u64| Time::new((quarters / 4) as i8, (quarters % 4 * 15) as i8, 0, 0).unwrap();
    let start = 24 + draw(60);
    let window = Window { start: quarter(start), end: quarter(start + 1 + draw(87 - start)) };
    let from = date(2026, 10, 1).checked_sub((draw(300) as i64).days()).unwrap().to_datetime(Time::midnight());
    let until =
        (draw(3) == 0).then(|| date(2026, 10, 20).checked_add((draw(60) as i64).days()).unwrap().to_datetime(Time::midnight()));
    let recurrence = Some(Recurrence::Weekly(Weekly { every: 1 + draw(3) as u16, days, window: Some(window) }));
    Schedule {
        content: Some(Content::Media(MediaId(Uuid::from_u128(u128::from(1 + draw(500)))))),
        when: When { from, until, zone: Some(zone_name(ZONES[draw(3) as usize])), recurrence },
        priority: (draw(4) == 0).then(|| PriorityId(Uuid::from_u128(1 + u128::from(draw(5))))),
        made_at: n as i64,
        ..Schedule::default()
    }
}

/// The rules as rows, the first `apply` of them for the viewer, the rest for others.
fn installation(rules: &[Schedule], apply: u64) -> Rows {
    let mut rows = Rows::default();
    for n in 1..=500 {
        put(&mut rows, n, &Media { mime: "image/jpeg".into(), ..Media::default() });
    }
    for n in 1..=5 {
        put(&mut rows, n, &Priority { rank: n as i32, ..Priority::default() });
    }
    for (n, rule) in (0..).zip(rules) {
        let viewer = if n < apply { 1 } else { 2 + n % 50 };
        let destination = Some(Destination::Viewer(ViewerId(Uuid::from_u128(u128::from(viewer)))));
        put(&mut rows, 1 + n, &Schedule { destination, ..rule.clone() });
    }
    rows
}

fn put<T: Document>(rows: &mut Rows, n: u64, document: &T) {
    let cell = |value| Cell { stamp: Stamp::default(), value };
    let cells = document.to_cells().into_iter().map(|(name, value)| (name, cell(value))).collect();
    rows.put(T::SPEC.name, Uuid::from_u128(u128::from(n)), Some(Row { birth: Dot::default(), cells }));
}

fn zone_name(name: &str) -> ZoneName {
    name.parse().unwrap()
}

/// How many occurrences start within the 30 days.
fn starts(rule: &Schedule, zones: &BTreeMap<&str, Zone>) -> usize {
    let zone = &zones[rule.when.zone.as_ref().unwrap().as_str()];
    Occurrences::of(&rule.when, zone).between(FROM, UNTIL).filter(|occurrence| occurrence.anchor >= FROM).count()
}

/// The same rule for the `rrule` crate.
fn peer(rule: &Schedule) -> RRuleSet {
    let Some(Recurrence::Weekly(weekly)) = &rule.when.recurrence else { unreachable!("all rules are weekly") };
    let days: Vec<String> = Vec::<String>::from(weekly.days).iter().map(|day| day.to_uppercase()).collect();
    let zone = rule.when.zone.as_ref().unwrap();
    let first = rule.when.from.date().to_datetime(weekly.window.unwrap().start);
    let until = rule.when.until.map(|until| {
        // RFC 5545 counts a start at UNTIL itself.
        let last = until.to_zoned(zone.rules()).unwrap().timestamp().checked_sub(1.second()).unwrap();
        format!(";UNTIL={}", last.strftime("%Y%m%dT%H%M%SZ"))
    });
    let text = format!(
        "DTSTART;TZID={zone}:{}\nRRULE:FREQ=WEEKLY;INTERVAL={};WKST=MO;BYDAY={}{}",
        first.strftime("%Y%m%dT%H%M%S"),
        weekly.every,
        days.join(","),
        until.unwrap_or_default()
    );
    let bound = |ms| {
        let text = Timestamp::from_millisecond(ms).unwrap().to_string();
        text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().with_timezone(&Tz::UTC)
    };
    text.parse::<RRuleSet>().unwrap().after(bound(FROM)).before(bound(UNTIL - 1_000))
}

fn peer_starts(set: &RRuleSet) -> usize {
    set.clone().all(1_000).dates.len()
}
