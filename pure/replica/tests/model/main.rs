//! The replication model over the real rules: seeded runs of several servers with partitions, cut logs, skewed clocks and rolled back
//! disks must converge, lose nothing and count exactly; three known mistakes must be caught.
#![allow(clippy::unwrap_used, reason = "tests")]

mod db;
mod oracle;
mod properties;
mod random;
mod run;
mod servers;
mod simulator;

use run::{Mutant, run};

/// Seeds of a normal run; more with `XTASK_SEEDS`.
const SEEDS: u64 = 1_000;
/// The seeds are shared out to so many tests, which run side by side.
const SHARES: u64 = 4;

fn share(of: u64) {
    let seeds = std::env::var("XTASK_SEEDS").map_or(SEEDS, |text| text.parse().unwrap());
    let mut totals = run::Totals::default();
    for seed in (1..=seeds).filter(|seed| seed % SHARES == of) {
        if let Err(fault) = run(seed, Mutant::None, &mut totals) {
            panic!("seed {seed}: {fault}");
        }
    }
    // A model that never meets the hard cases proves nothing.
    let done = seeds / SHARES;
    assert!(totals.joins > done, "{totals:?}");
    assert!(totals.rollbacks > done / 10, "{totals:?}");
    assert!(totals.notices > done, "{totals:?}");
    assert!(totals.counted > done * 50, "{totals:?}");
}

#[test]
fn servers_converge_and_lose_nothing_1() {
    share(0);
}

#[test]
fn servers_converge_and_lose_nothing_2() {
    share(1);
}

#[test]
fn servers_converge_and_lose_nothing_3() {
    share(2);
}

#[test]
fn servers_converge_and_lose_nothing_4() {
    share(3);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let trace = |seed| {
        let mut totals = run::Totals::default();
        run(seed, Mutant::None, &mut totals).unwrap();
        totals
    };
    assert_eq!(trace(11), trace(11));
}

fn first_caught(mutant: Mutant) -> Option<String> {
    (1..=400).find_map(|seed| run(seed, mutant, &mut run::Totals::default()).err())
}

#[test]
fn without_cell_bump_an_edit_can_lose_to_what_its_author_saw() {
    let fault = first_caught(Mutant::NoBump).expect("caught");
    assert!(fault.contains("does not win"), "{fault}");
}

#[test]
fn without_new_incarnation_a_rolled_back_server_diverges() {
    first_caught(Mutant::NoIncarnation).expect("caught");
}

#[test]
fn a_join_without_birth_dots_brings_deleted_rows_back() {
    let fault = first_caught(Mutant::NoBirths).expect("caught");
    assert!(fault.contains("zombie") || fault.contains("diverged"), "{fault}");
}
