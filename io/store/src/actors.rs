//! Small local numbers for actors, so that stamps stay short on disk.

use std::collections::HashMap;

use domain::stamp::Actor;

/// All actors that this database has heard of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Actors {
    by_index: Vec<Actor>,
    by_actor: HashMap<Actor, u32>,
}

impl Actors {
    /// Takes actors in the order of their numbers, which run from 0 without gaps.
    pub(crate) fn new(actors: impl IntoIterator<Item = Actor>) -> Self {
        let mut known = Self::default();
        for actor in actors {
            known.add(actor);
        }
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

    /// Gives an actor the next number.
    pub(crate) fn add(&mut self, actor: Actor) -> u32 {
        let index = u32::try_from(self.by_index.len()).expect("actors are few");
        self.by_index.push(actor);
        self.by_actor.insert(actor, index);
        index
    }
}
