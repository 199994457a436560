//! The judge against tables of cases, and the law that raised and cleared alternate.

use proptest::prelude::*;

use super::*;
use crate::alert::Disk;

const MINUTE: i64 = 60_000;

/// Judges every ten seconds from `from` to `until` (milliseconds); what was raised and cleared, with its time in seconds.
fn watched(watch: &mut Watch, facts: Facts, from: i64, until: i64) -> Vec<(AlertKind, bool, i64)> {
    let rules = AlertRules::default();
    let mut seen = Vec::new();
    let mut now = from;
    while now < until {
        seen.extend(watch.judge(Some(&facts), &rules, now).into_iter().map(|change| (change.kind, change.raised, now / 1_000)));
        now += 10_000;
    }
    seen
}

fn away(since: i64) -> Facts {
    Facts { online: false, since, ..Facts::default() }
}

#[test]
fn each_kind_is_raised_after_its_patience_and_cleared_when_it_is_good_again() {
    let disk = |free| Facts { disk: Disk::of(free, 1_000), ..Facts::default() };
    let clock = |offset| Facts { clock_offset_ms: Some(offset), ..Facts::default() };
    let spoilt = |files| Facts { spoilt: Some(files), ..Facts::default() };
    let probe = |probe| Facts { probe, ..Facts::default() };
    let ends = |until| Facts { certificate_until: Some(until), ..Facts::default() };
    let lacks = |since| Facts { incomplete_since: since, ..Facts::default() };
    let (day, good) = (86_400_000, Facts::default());
    // What is bad, when it is raised in seconds, what is good again, how long that takes.
    for (kind, bad, raised, better, settled) in [
        (AlertKind::Offline, away(0), 300, good, 20),
        (AlertKind::Black, probe(Probe::Black), 120, probe(Probe::Ok), 20),
        (AlertKind::Frozen, probe(Probe::Frozen), 120, probe(Probe::Ok), 20),
        (AlertKind::Content, lacks(Some(0)), 600, lacks(None), 0),
        (AlertKind::Spoilt, spoilt(2), 10, spoilt(0), 0),
        (AlertKind::Disk, disk(49), 60, disk(70), 20),
        (AlertKind::Clock, clock(-2_001.0), 60, clock(900.0), 20),
        (AlertKind::Certificate, ends(13 * day), 10, ends(90 * day), 0),
    ] {
        let mut watch = Watch::default();
        assert_eq!(watched(&mut watch, bad, 0, 15 * MINUTE), [(kind, true, raised)], "{kind:?}");
        assert_eq!(watched(&mut watch, better, 20 * MINUTE, 30 * MINUTE), [(kind, false, 1_200 + settled)], "{kind:?}");
        assert!(watch.is_calm(), "{kind:?}");
        assert_eq!(watched(&mut Watch::default(), better, 0, 30 * MINUTE), [], "{kind:?}");
    }
}

#[test]
fn what_is_near_the_threshold_neither_raises_nor_clears() {
    let disk = |free| Facts { disk: Disk::of(free, 1_000), ..Facts::default() };
    assert_eq!(watched(&mut Watch::default(), disk(60), 0, 10 * MINUTE), []);
    assert_eq!(watched(&mut Watch::resumed([AlertKind::Disk]), disk(60), 0, 10 * MINUTE), []);
    let clock = Facts { clock_offset_ms: Some(1_500.0), ..Facts::default() };
    assert_eq!(watched(&mut Watch::default(), clock, 0, 10 * MINUTE), []);
    assert_eq!(watched(&mut Watch::resumed([AlertKind::Clock]), clock, 0, 10 * MINUTE), []);
}

#[test]
fn who_returns_in_time_raises_nothing_and_who_flaps_clears_nothing() {
    let mut watch = Watch::default();
    assert_eq!(watched(&mut watch, away(0), 0, 4 * MINUTE), []);
    assert_eq!(watched(&mut watch, Facts::default(), 4 * MINUTE, 5 * MINUTE), []);
    assert_eq!(watched(&mut watch, away(5 * MINUTE), 5 * MINUTE, 9 * MINUTE), []);
    assert_eq!(watched(&mut watch, away(5 * MINUTE), 9 * MINUTE, 11 * MINUTE), [(AlertKind::Offline, true, 600)]);
    for minute in 11..20 {
        assert_eq!(watched(&mut watch, Facts::default(), minute * MINUTE, minute * MINUTE + 20_000), []);
        assert_eq!(watched(&mut watch, away(minute * MINUTE), minute * MINUTE + 20_000, minute * MINUTE + MINUTE), []);
    }
}

#[test]
fn outside_of_its_on_hours_nobody_is_missed() {
    let off = Facts { on_since: None, ..away(0) };
    assert_eq!(watched(&mut Watch::default(), off, 0, 60 * MINUTE), []);
    let opening = Facts { on_since: Some(60 * MINUTE), ..away(0) };
    let raised = watched(&mut Watch::default(), opening, 60 * MINUTE, 70 * MINUTE);
    assert_eq!(raised, [(AlertKind::Offline, true, 3_900)], "the patience begins with the on-hours");
    let mut watch = Watch::resumed([AlertKind::Offline]);
    assert_eq!(watched(&mut watch, off, 0, 60 * MINUTE), [], "it did not come back, so it is not cleared");
}

#[test]
fn an_absent_viewer_keeps_what_was_raised_and_says_nothing_new_about_its_picture() {
    let facts = Facts { probe: Probe::Black, incomplete_since: Some(0), clock_offset_ms: Some(9e9), ..away(0) };
    let raised = watched(&mut Watch::default(), facts, 0, 60 * MINUTE);
    assert_eq!(raised, [(AlertKind::Offline, true, 300)]);
    let mut watch = Watch::resumed([AlertKind::Black, AlertKind::Offline]);
    assert_eq!(watched(&mut watch, Facts { probe: Probe::Unknown, ..away(0) }, 0, 60 * MINUTE), []);
}

#[test]
fn what_is_nobodys_business_or_switched_off_is_cleared_and_stays_silent() {
    let rules = AlertRules::default();
    let mut watch = Watch::resumed([AlertKind::Offline, AlertKind::Disk]);
    let cleared = watch.judge(None, &rules, 0);
    assert_eq!(
        cleared.iter().map(|change| (change.kind, change.raised)).collect::<Vec<_>>(),
        [(AlertKind::Disk, false), (AlertKind::Offline, false)]
    );
    assert!(watch.is_calm() && watch.judge(None, &rules, MINUTE).is_empty());
    let mut silent = rules;
    silent.offline.on = false;
    let mut watch = Watch::resumed([AlertKind::Offline]);
    assert_eq!(watch.judge(Some(&away(0)), &silent, 0).len(), 1);
    assert!((1..100).all(|n| watch.judge(Some(&away(0)), &silent, n * MINUTE).is_empty()));
}

fn any_facts() -> impl Strategy<Value = Option<Facts>> {
    let probe = prop_oneof![Just(Probe::Unknown), Just(Probe::Ok), Just(Probe::Black), Just(Probe::Frozen)];
    let on = prop_oneof![Just(None), Just(Some(i64::MIN)), (0..9_000_000_i64).prop_map(Some)];
    let numbers = (0..120_u64, -5_000.0..5_000.0_f64, 0..(30 * 86_400_000_i64), any::<Option<bool>>());
    let facts =
        (any::<bool>(), 0..9_000_000_i64, on, probe, numbers).prop_map(|(online, since, on_since, probe, numbers)| Facts {
            online,
            since,
            on_since,
            probe,
            disk: Disk::of(numbers.0, 1_000),
            clock_offset_ms: Some(numbers.1),
            certificate_until: Some(numbers.2),
            incomplete_since: numbers.3.map(|_| since),
            ..Facts::default()
        });
    prop_oneof![9 => facts.prop_map(Some), 1 => Just(None)]
}

proptest! {
    #[test]
    fn raised_and_cleared_alternate(course in proptest::collection::vec((any_facts(), 1_000..400_000_i64, any::<[bool; 2]>()), 1..200)) {
        let (mut watch, mut now, mut open) = (Watch::default(), 0, std::collections::BTreeSet::new());
        for (facts, wait, on) in course {
            now += wait;
            let mut rules = AlertRules::default();
            (rules.offline.on, rules.black.on) = (on[0], on[1]);
            for change in watch.judge(facts.as_ref(), &rules, now) {
                prop_assert_eq!(open.contains(&change.kind), !change.raised, "{:?}", change);
                prop_assert!(change.since <= now);
                if change.raised { open.insert(change.kind); } else { open.remove(&change.kind); }
            }
            // What goes on from the alerts of before says the same about what is open.
            let resumed = Watch::resumed(open.iter().copied()).judge(None, &rules, now);
            prop_assert_eq!(resumed.len(), open.len());
        }
    }
}
