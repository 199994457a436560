//! Pending counters: how many operations are still to be sent, exact and without looking at the log.

use domain::log::Position;
use domain::stamp::{Actor, VersionVector};

/// What is on its way to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// So many operations.
    Ops(u64),
    /// The log no longer reaches back to what the peer has: it needs the state.
    Resync,
}

/// Operations that `here` has and a database containing `theirs` has not.
///
/// `cum_at` gives the number of an actor's operations up to one of its entries (0 for entry 0); `floor` is what is no longer in the log.
pub fn outgoing(
    here: &Position,
    floor: &VersionVector,
    theirs: &VersionVector,
    cum_at: &dyn Fn(&Actor, u64) -> Option<u64>,
) -> Pending {
    let mut ops = 0;
    for last in here.vector.iter() {
        let have = theirs.get(&last.actor);
        if have >= last.seq {
            continue;
        }
        let before = if have < floor.get(&last.actor) { None } else { cum_at(&last.actor, have) };
        let (Some(before), Some(head)) = (before, here.heads.get(&last.actor)) else { return Pending::Resync };
        ops += head.cum_ops - before;
    }
    Pending::Ops(ops)
}
