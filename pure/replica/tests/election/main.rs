//! Servers that elect a Main by the real machine: partitions, crashes, restarts, slow disks, late messages, clocks that run differently, changes
//! of the voters. Never two promotions with one number, never two that have the Main's duties at a time, and always a Main where most voters
//! hear each other for long enough.
#![allow(clippy::unwrap_used, reason = "tests")]

mod node;
#[path = "../model/random.rs"]
mod random;
mod scenes;
mod world;

use world::{Mutant, Totals, run};

/// Seeds of a normal run; more with `XTASK_SEEDS`.
const SEEDS: u64 = 1_000;
/// The seeds are shared out to so many tests, which run side by side.
const SHARES: u64 = 2;

fn share(of: u64) {
    let seeds = std::env::var("XTASK_SEEDS").map_or(SEEDS, |text| text.parse().unwrap());
    let mut totals = Totals::default();
    for seed in (1..=seeds).filter(|seed| seed % SHARES == of) {
        if let Err(fault) = run(seed, Mutant::None, &mut totals) {
            panic!("seed {seed}: {fault}");
        }
    }
    // Runs in which nothing happens prove nothing.
    let done = seeds / SHARES;
    assert!(totals.promotions > done, "{totals:?}");
    assert!(totals.crashes > done, "{totals:?}");
    assert!(totals.lost_votes > done / 20, "{totals:?}");
    assert!(totals.settled > done / 4, "{totals:?}");
    assert!(totals.suspended > done, "{totals:?}");
}

#[test]
fn servers_elect_one_main_at_a_time_1() {
    share(0);
}

#[test]
fn servers_elect_one_main_at_a_time_2() {
    share(1);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let trace = |seed| {
        let mut totals = Totals::default();
        run(seed, Mutant::None, &mut totals).unwrap();
        totals
    };
    assert_eq!(trace(7), trace(7));
}

fn caught(mutant: Mutant, seeds: u64) -> String {
    let mut faults = (1..=seeds).filter_map(|seed| run(seed, mutant, &mut Totals::default()).err());
    faults.next().unwrap_or_else(|| panic!("{mutant:?} was not caught in {seeds} runs"))
}

#[test]
fn a_vote_that_is_answered_before_it_is_durable_is_caught() {
    let fault = caught(Mutant::AnswersBeforeSync, 3_000);
    assert!(fault.contains("two promotions") || fault.contains("two have the duties") || fault.contains("backwards"), "{fault}");
}

#[test]
fn voters_that_are_changed_at_once_are_caught() {
    let fault = caught(Mutant::ForgetsFormer, 3_000);
    assert!(fault.contains("two"), "{fault}");
}

#[test]
fn a_main_that_keeps_its_duties_for_ever_is_caught() {
    let fault = caught(Mutant::NeverStepsDown, 200);
    assert!(fault.contains("two have the duties"), "{fault}");
}
