//! Incarnations: a server whose disk went back to an earlier state goes on under a new number, so that no entry's address is used twice.

use domain::stamp::{Actor, Dot, VersionVector};
use serde::{Deserialize, Serialize};

/// What proves that a server's disk went back. Restarts, crashes and clock steps prove nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Somebody restored a backup and said so.
    Restored {
        /// As whom the server wrote before.
        actor: Actor,
    },
    /// The virtual machine or the database cluster was set back, as its generation says.
    Generation {
        /// As whom the server wrote before.
        actor: Actor,
    },
    /// A peer has entries of this server that it does not have itself.
    PeerKnowsMore {
        /// As whom the server wrote.
        actor: Actor,
        /// How many of this actor's entries it had when it heard of that.
        had: u64,
        /// The last of this server's entries that the peer has, maybe of a later incarnation.
        known: Dot,
    },
}

/// Where two histories of one actor part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// Whose histories.
    pub actor: Actor,
    /// The last number at which they are the same.
    pub common: u64,
}

impl Evidence {
    /// The actor under which the server must not write again.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Restored { actor } | Self::Generation { actor } | Self::PeerKnowsMore { actor, .. } => *actor,
        }
    }
}

/// The actor under which a server goes on, given what its database contains: after every incarnation that anybody knows of.
///
/// With it goes a possible fork, to be written down with it: the server must not exchange anything before it has compared its entries with
/// those that it lost, and rebuilt itself if it wrote others. To be asked in the same transaction in which the incarnation begins. None if
/// the evidence is about an earlier actor than the current one: then one was begun already.
#[must_use]
pub fn next(evidence: &Evidence, current: Actor, vector: &VersionVector) -> Option<(Actor, Option<Fork>)> {
    if evidence.actor() != current {
        return None;
    }
    let (known, fork) = match evidence {
        Evidence::PeerKnowsMore { actor, had, known } => {
            let common = (*had).min(known.seq.saturating_sub(1));
            (known.actor.incarnation, (known.actor == *actor).then_some(Fork { actor: *actor, common }))
        }
        Evidence::Restored { .. } | Evidence::Generation { .. } => (0, None),
    };
    let own = vector.iter().map(|dot| dot.actor).filter(|actor| actor.server == current.server);
    let newest = own.map(|actor| actor.incarnation).fold(current.incarnation.max(known), u32::max);
    Some((Actor { incarnation: newest + 1, ..current }, fork))
}
