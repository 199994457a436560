//! Single scenes: who is promoted, when, and who never is.

use uuid::Uuid;

use crate::random::Random;
use crate::world::{Mutant, PATIENCE, Totals, World};

fn scene(count: usize, voters: usize, play: impl FnOnce(&mut World<'_>) -> Result<(), String>) {
    let mut totals = Totals::default();
    play(&mut World::new(count, voters, Random::new(5), Mutant::None, &mut totals)).unwrap();
}

fn apart(world: &mut World<'_>, one: &[usize], other: &[usize]) {
    world.cut = one.iter().flat_map(|a| other.iter().map(move |b| (*a.min(b), *a.max(b)))).collect();
}

/// Longer than it takes until all is as it stays.
const LONG: u64 = 5 * PATIENCE;

#[test]
fn while_the_main_is_heard_nobody_is_promoted() {
    scene(3, 3, |world| {
        world.until(10 * LONG, |_| false)?;
        assert!(world.promoted.is_empty());
        assert!(world.nodes[0].has_duties(world.now));
        Ok(())
    });
}

#[test]
fn a_main_that_dies_is_followed_by_the_first_in_order_in_the_stated_time() {
    scene(3, 3, |world| {
        world.until(60_000, |_| false)?;
        world.nodes[0].crash();
        let died = world.now;
        assert!(world.until(died + LONG, |world| !world.promoted.is_empty())?);
        let took = world.now - died;
        assert!((PATIENCE..PATIENCE * 2).contains(&took), "{took}");
        assert_eq!(world.promoted.get(&1), Some(&Uuid::from_u128(2)), "it waits less than the third one");
        let now = world.now;
        world.nodes[0].start(now);
        world.until(now + LONG, |_| false)?;
        assert_eq!(world.promoted.len(), 1, "the former one steps down and stays so");
        world.one_leads()
    });
}

#[test]
fn a_minority_never_has_a_main_and_the_main_in_it_gives_up_its_duties() {
    scene(5, 5, |world| {
        world.until(60_000, |_| false)?;
        apart(world, &[0, 1], &[2, 3, 4]);
        world.until(world.now + LONG, |_| false)?;
        assert!(!world.nodes[0].has_duties(world.now));
        assert_eq!(world.promoted.values().copied().collect::<Vec<_>>(), [Uuid::from_u128(3)]);
        assert!(world.nodes[2].has_duties(world.now));
        assert_eq!(world.nodes[1].disk.vote.term, 0, "nobody used up a number there");
        Ok(())
    });
}

#[test]
fn of_three_one_alone_never_is_promoted_and_two_alone_are_not_enough_of_five() {
    scene(3, 3, |world| {
        world.until(60_000, |_| false)?;
        world.nodes[0].crash();
        world.nodes[1].crash();
        world.until(world.now + LONG, |_| false)?;
        assert!(world.promoted.is_empty());
        Ok(())
    });
    scene(5, 5, |world| {
        (0..3).for_each(|at| world.nodes[at].crash());
        world.until(LONG, |_| false)?;
        assert!(world.promoted.is_empty());
        Ok(())
    });
}

#[test]
fn where_nobody_votes_nobody_is_promoted_and_servers_outside_do_not_vote() {
    scene(4, 0, |world| {
        world.nodes[0].crash();
        world.until(LONG, |_| false)?;
        assert!(world.promoted.is_empty());
        Ok(())
    });
    scene(6, 3, |world| {
        world.nodes[0].crash();
        world.nodes[1].crash();
        world.until(LONG, |_| false)?;
        assert!(world.promoted.is_empty(), "three others do not make up for two of the voters");
        Ok(())
    });
}

#[test]
fn other_voters_count_when_most_of_the_former_ones_know_them() {
    scene(6, 3, |world| {
        world.until(60_000, |_| false)?;
        // The Main names new voters, which only they and itself hear of.
        apart(world, &[0, 3, 4, 5], &[1, 2]);
        world.change_council(0, [1, 4, 5].map(Uuid::from_u128).to_vec())?;
        world.until(world.now + LONG, |_| false)?;
        assert!(!world.nodes[0].has_duties(world.now), "most of the former ones do not hear it");
        assert_eq!(world.promoted.values().copied().collect::<Vec<_>>(), [Uuid::from_u128(2)]);
        world.cut.clear();
        world.until(world.now + LONG, |_| false)?;
        world.one_leads()
    });
}

#[test]
fn voters_that_are_named_while_servers_run_follow_the_main_at_once() {
    scene(3, 0, |world| {
        world.until(2_000, |_| false)?;
        world.change_council(0, [1, 2, 3].map(Uuid::from_u128).to_vec())?;
        assert!(world.until(12_000, |world| world.nodes[0].has_duties(world.now))?, "nobody promised anything before");
        Ok(())
    });
}
