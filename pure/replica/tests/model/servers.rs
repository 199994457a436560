//! Ten thousand runs of whole servers in memory, and the mistakes that such runs must find.

use crate::simulator::memory::Memory;
use crate::simulator::{Mutant, Totals, harsh, run};

/// Seeds of a normal run; more with `XTASK_SEEDS`.
const SEEDS: u64 = 10_000;
/// The seeds are shared out to so many tests, which run side by side.
const SHARES: u64 = 7;

fn share(of: u64) {
    let seeds = std::env::var("XTASK_SEEDS").map_or(SEEDS, |text| text.parse().unwrap());
    let (mut totals, mut unresolved) = (Totals::default(), Vec::new());
    for seed in (1..=seeds).filter(|seed| seed % SHARES == of) {
        let mut one = Totals::default();
        let outcome = run::<Memory>(seed, Mutant::None, &mut one);
        match outcome {
            Ok(()) => {}
            Err(fault) if harsh(seed) && one.clones + one.rollbacks > 0 => unresolved.push((seed, fault)),
            Err(fault) => panic!("seed {seed}: {fault}"),
        }
        totals.add(&one);
    }
    // Runs that never meet the hard cases prove nothing.
    let done = seeds / SHARES;
    for (what, count, least) in [
        ("joins", totals.joins, done),
        ("crashes", totals.crashes, done),
        ("rollbacks", totals.rollbacks, done / 10),
        ("incarnations", totals.incarnations, done / 50),
        ("forks", totals.forks, done / 500),
        ("rebuilds", totals.rebuilds, done / 500),
        ("clones", totals.clones, done / 10),
        ("refused clones", totals.clones_refused, done / 50),
        ("repeated messages", totals.repeated, done),
        ("full disks", totals.full, done),
        ("version holds", totals.version_holds, done / 50),
        ("clock alarms", totals.clock_alarms, done / 50),
        ("compared counters", totals.counted, done * 20),
        ("entries taken in", totals.applied, done * 50),
    ] {
        assert!(count >= least, "only {count} {what} in {done} runs: {totals:?}");
    }
    assert!(totals.administered <= done / 100, "people had to decide too often: {totals:?}");
    assert!(
        unresolved.len() as u64 <= done / 50,
        "{} of {} harsh runs did not come to an end: {unresolved:?}",
        unresolved.len(),
        done / 10
    );
}

macro_rules! shares {
    ($($name:ident = $of:literal,)*) => {
        $(#[test]
        fn $name() {
            share($of);
        })*
    };
}

shares! {
    whole_servers_agree_and_lose_nothing_1 = 0,
    whole_servers_agree_and_lose_nothing_2 = 1,
    whole_servers_agree_and_lose_nothing_3 = 2,
    whole_servers_agree_and_lose_nothing_4 = 3,
    whole_servers_agree_and_lose_nothing_5 = 4,
    whole_servers_agree_and_lose_nothing_6 = 5,
    whole_servers_agree_and_lose_nothing_7 = 6,
}

/// One run by its seed, to look at what went wrong: `XTASK_SEED=17 XTASK_TRACE=1`.
#[test]
fn one_run_gives_the_same_trace_twice() {
    let seeds = std::env::var("XTASK_SEED").map_or(vec![11, 12, 13], |text| vec![text.parse().unwrap()]);
    for seed in seeds {
        let trace = || {
            let mut totals = Totals { traced: true, ..Totals::default() };
            let outcome = run::<Memory>(seed, Mutant::None, &mut totals);
            assert_eq!(outcome, Ok(()), "seed {seed}");
            totals
        };
        assert_eq!(trace(), trace(), "seed {seed}");
    }
}

fn caught(mutant: Mutant, seeds: u64) -> String {
    let mut faults =
        (1..=seeds).filter(|seed| !harsh(*seed)).filter_map(|seed| run::<Memory>(seed, mutant, &mut Totals::default()).err());
    faults.next().unwrap_or_else(|| panic!("{mutant:?} was not caught in {seeds} runs"))
}

#[test]
fn no_cell_bump_is_caught() {
    let fault = caught(Mutant::NoBump, 400);
    assert!(fault.contains("does not see its own edit"), "{fault}");
}

#[test]
fn no_new_incarnation_is_caught() {
    caught(Mutant::NoIncarnation, 400);
}

#[test]
fn a_join_without_births_is_caught() {
    let fault = caught(Mutant::NoBirths, 400);
    assert!(fault.contains("zombie") || fault.contains("Digest"), "{fault}");
}

#[test]
fn an_acknowledgement_before_the_disk_is_caught() {
    caught(Mutant::AckBeforeSync, 400);
}

#[test]
fn a_number_taken_outside_the_lock_is_caught() {
    caught(Mutant::SeqOutsideLock, 400);
}

#[test]
fn one_forgotten_entry_in_a_thousand_is_caught() {
    let fault = caught(Mutant::DropOne, 2_000);
    assert!(fault.contains("Digest") || fault.contains("lost") || fault.contains("diverged"), "{fault}");
}
