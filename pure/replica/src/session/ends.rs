//! Where histories end: what a database contains, with enough to compare two databases and to count what lies between them.

use std::collections::BTreeMap;

use domain::log::{Chain, Position};
use domain::stamp::{Actor, Dot, VersionVector};
use serde::{Deserialize, Serialize};

/// What a database knows of one place in an actor's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Position of the entry in the log of this server; 0 for the place before an actor's first entry.
    pub lpos: i64,
    /// Operations in the actor's entries up to and with this one.
    pub cum_ops: u64,
    /// Hash of the history that ends here.
    pub chain: Chain,
}

/// The end of one actor's history as a database has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Number of the actor's last entry.
    pub seq: u64,
    /// Operations in all of the actor's entries so far.
    pub cum_ops: u64,
    /// Hash of the actor's history.
    pub chain: Chain,
}

/// The ends of all histories in a database: its version vector with counts and hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends(BTreeMap<Actor, End>);

impl Ends {
    /// The ends of the database that stands at `position`.
    #[must_use]
    pub fn of(position: &Position) -> Self {
        let end = |last: Dot| {
            let head = position.heads.get(&last.actor);
            let (cum_ops, chain) = head.map(|head| (head.cum_ops, head.chain)).unwrap_or_default();
            (last.actor, End { seq: last.seq, cum_ops, chain })
        };
        Self(position.vector.iter().map(end).collect())
    }

    /// The end of one history; "before everything" if the actor is unknown.
    #[must_use]
    pub fn get(&self, actor: &Actor) -> End {
        self.0.get(actor).copied().unwrap_or_default()
    }

    /// All ends in the order of actors.
    pub fn iter(&self) -> impl Iterator<Item = (Actor, End)> + '_ {
        self.0.iter().map(|(actor, end)| (*actor, *end))
    }

    /// The numbers alone.
    #[must_use]
    pub fn vector(&self) -> VersionVector {
        self.0.iter().map(|(actor, end)| Dot { actor: *actor, seq: end.seq }).collect()
    }

    /// Takes in later ends; earlier ones change nothing.
    pub fn raise(&mut self, others: &Self) {
        for (actor, end) in others.iter() {
            let mine = self.0.entry(actor).or_default();
            if end.seq > mine.seq {
                *mine = end;
            }
        }
    }

    /// Those ends that lie after the ones in `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        self.iter().filter(|(actor, end)| end.seq > before.get(actor).seq).collect()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Operations that a database ending here has, and one ending at `theirs` has not.
    ///
    /// Exact where the histories are one and the same up to the earlier end, which the handshake has made sure of.
    #[must_use]
    pub fn beyond(&self, theirs: &Self) -> u64 {
        let ahead = self.iter().map(|(actor, end)| (end, theirs.get(&actor)));
        ahead
            .filter(|(mine, theirs)| mine.seq > theirs.seq)
            .map(|(mine, theirs)| mine.cum_ops.saturating_sub(theirs.cum_ops))
            .sum()
    }
}

impl FromIterator<(Actor, End)> for Ends {
    fn from_iter<T: IntoIterator<Item = (Actor, End)>>(ends: T) -> Self {
        Self(ends.into_iter().collect())
    }
}
