//! Small local numbers for actors, so that stamps stay short on disk.

use std::collections::HashMap;

use domain::stamp::Actor;

/// All actors that this database has heard of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Actors {
    by_index: Vec<Actor>,
    by_actor: HashMap<Actor, u32>,
    /// How many of them the database has. The others are on their way: readers must know a number before a row with it can be read.
    stored: usize,
}

impl Actors {
    /// Takes actors in the order of their numbers, which run from 0 without gaps.
    pub(crate) fn new(actors: impl IntoIterator<Item = Actor>) -> Self {
        let mut known = Self::default();
        for actor in actors {
            known.add(actor);
        }
        known.all_stored();
        known
    }

    /// The actor of that number.
    pub(crate) fn get(&self, index: u32) -> Option<Actor> {
        self.by_index.get(index as usize).copied()
    }

    /// The number of an actor.
    pub(crate) fn index(&self, actor: &Actor) -> Option<u32> {
        self.by_actor.get(actor).copied()
    }

    /// All of them, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Actor> + '_ {
        self.by_index.iter().copied()
    }

    /// Those that the database does not have yet, with their numbers.
    pub(crate) fn missing(&self) -> impl Iterator<Item = (u32, Actor)> + '_ {
        (0..).zip(self.by_index.iter().copied()).skip(self.stored)
    }

    /// Notes that the database has all of them.
    pub(crate) fn all_stored(&mut self) {
        self.stored = self.by_index.len();
    }

    /// Gives an actor the next number, unless it has one.
    pub(crate) fn add(&mut self, actor: Actor) -> u32 {
        if let Some(index) = self.index(&actor) {
            return index;
        }
        let index = u32::try_from(self.by_index.len()).expect("actors are few");
        self.by_index.push(actor);
        self.by_actor.insert(actor, index);
        index
    }
}
