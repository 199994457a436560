//! What holds for every installation and every time.

use domain::rows::Rows;
use domain::timetable::{Slot, Target, diff, explain, position, resolve};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;

use crate::arbitrary::{rows, start, viewer};
use crate::oracle;

const HOUR_MS: i64 = 3_600_000;
const WEEK_MS: i64 = 7 * 24 * HOUR_MS;

/// An installation and the first instant of a week that matters to it.
fn world() -> impl Strategy<Value = (Rows, i64)> {
    let instant = |start: DateTime| start.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
    start().prop_flat_map(move |start| (rows(start), (0..48i64).prop_map(move |hour| instant(start) + hour * HOUR_MS)))
}

fn covers(slots: &[Slot], from: i64, until: i64) -> Result<(), TestCaseError> {
    prop_assert_eq!(slots.first().map(|slot| slot.from), Some(from));
    prop_assert_eq!(slots.last().map(|slot| slot.until), Some(until));
    for slot in slots {
        prop_assert!(slot.from < slot.until && !slot.program.is_empty());
        prop_assert!(position(&slot.program, slot.anchor, slot.from).is_some());
    }
    for pair in slots.windows(2) {
        prop_assert_eq!(pair[0].until, pair[1].from, "a gap or an overlap");
        prop_assert!(!pair[0].continues_as(&pair[1]), "two slots that are one");
    }
    Ok(())
}

fn joined(mut slots: Vec<Slot>, more: Vec<Slot>) -> Vec<Slot> {
    for slot in more {
        match slots.last_mut() {
            Some(last) if last.continues_as(&slot) => last.until = slot.until,
            _ => slots.push(slot),
        }
    }
    slots
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slots_cover_the_time_without_gap_or_overlap((rows, from) in world(), length in 1..WEEK_MS) {
        for n in 0..2 {
            covers(&resolve(&rows, &Target::screen(viewer(n)), from, from + length), from, from + length)?;
        }
    }

    #[test]
    fn the_strongest_row_that_can_play_wins((rows, from) in world(), offsets in proptest::collection::vec(0..WEEK_MS, 12)) {
        let target = Target::screen(viewer(0));
        let slots = resolve(&rows, &target, from, from + WEEK_MS);
        let edges = slots.iter().flat_map(|slot| [slot.from, slot.until - 1, slot.from + 1]);
        for at in offsets.into_iter().map(|offset| from + offset).chain(edges) {
            let slot = slots.iter().find(|slot| slot.from <= at && at < slot.until);
            prop_assert_eq!(slot.map(|slot| slot.playing), Some(oracle::playing(&rows, viewer(0), at)), "at {}", at);
        }
    }

    #[test]
    fn resolve_and_explain_agree((rows, from) in world(), offsets in proptest::collection::vec(0..WEEK_MS, 6)) {
        let target = Target::screen(viewer(1));
        let slots = resolve(&rows, &target, from, from + WEEK_MS);
        let edges = slots.iter().flat_map(|slot| [slot.from - 1, slot.from, slot.from + 1]).filter(|at| *at >= from);
        for at in offsets.into_iter().map(|offset| from + offset).chain(edges).take(60) {
            let slot = slots.iter().find(|slot| slot.from <= at && at < slot.until).unwrap();
            let why = explain(&rows, &target, at);
            prop_assert_eq!((why.playing, why.anchor, &why.program), (slot.playing, slot.anchor, &*slot.program), "at {}", at);
            prop_assert_eq!(why.position, position(&slot.program, slot.anchor, at));
            let rows_on_screen = why.candidates.iter().filter(|c| c.verdict == domain::timetable::Verdict::Plays).map(|c| c.row);
            prop_assert_eq!(rows_on_screen.collect::<Vec<_>>(), slot.playing.row().into_iter().collect::<Vec<_>>());
            prop_assert!(!why.sentence(&rows, &target).is_empty());
        }
    }

    #[test]
    fn two_questions_give_the_same_as_one((rows, from) in world(), cut in 1..WEEK_MS) {
        let target = Target::screen(viewer(0));
        let ask = |from, until| resolve(&rows, &target, from, until);
        prop_assert_eq!(joined(ask(from, from + cut), ask(from + cut, from + WEEK_MS)), ask(from, from + WEEK_MS));
    }

    #[test]
    fn a_later_question_moves_no_anchor((rows, from) in world(), shift in 0..WEEK_MS) {
        let target = Target::screen(viewer(0));
        let whole = resolve(&rows, &target, from, from + WEEK_MS);
        let later = resolve(&rows, &target, from + shift, from + WEEK_MS + HOUR_MS);
        for slot in later.iter().filter(|slot| slot.from < from + WEEK_MS) {
            let before = whole.iter().find(|other| other.from <= slot.from && slot.from < other.until).unwrap();
            prop_assert_eq!(before.anchor, slot.anchor);
            prop_assert_eq!(position(&before.program, before.anchor, slot.from), position(&slot.program, slot.anchor, slot.from));
        }
    }

    #[test]
    fn an_unchanged_timetable_has_no_differences_and_a_changed_one_all((rows, from) in world(), other in start().prop_flat_map(rows)) {
        let target = Target::screen(viewer(0));
        let before = resolve(&rows, &target, from, from + WEEK_MS);
        let after = resolve(&other, &target, from, from + WEEK_MS);
        prop_assert!(diff(&before, &before).is_empty());
        let altered = diff(&before, &after);
        for at in (0..168).map(|hour| from + hour * HOUR_MS) {
            let find = |slots: &[Slot]| slots.iter().find(|slot| slot.from <= at && at < slot.until).unwrap().clone();
            let part = altered.iter().find(|part| part.from <= at && at < part.until);
            match part {
                None => prop_assert!(find(&before).continues_as(&find(&after))),
                Some(part) => prop_assert_eq!((part.before.clone().unwrap(), part.after.clone().unwrap()), (find(&before), find(&after))),
            }
        }
    }

    #[test]
    fn there_is_an_answer_at_every_time((rows, _) in world(), edge in 0..7usize, shift in -3 * WEEK_MS..3 * WEEK_MS) {
        let edges = [i64::MIN, -377_705_116_800_000, -62_135_596_800_000, 0, 253_402_207_200_999, i64::MAX - 1, 1_000_000_000_000_000_000];
        let (from, target) = (edges[edge].saturating_add(shift), Target::screen(viewer(0)));
        let until = from.saturating_add(WEEK_MS);
        let slots = resolve(&rows, &target, from, until);
        if from < until {
            covers(&slots, from, until)?;
        }
        prop_assert_eq!(explain(&rows, &target, from).candidates.is_empty(), oracle::reaching(&rows, viewer(0)).is_empty());
    }
}
