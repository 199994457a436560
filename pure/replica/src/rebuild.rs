//! A server whose history went another way is rebuilt: the state of a server that is right takes the place of its own, and what it alone has
//! is put on top.

use std::collections::BTreeMap;

use domain::commit::{DigestDelta, RowChange};
use domain::log::{Entry, Head, Position, Row};
use domain::stamp::{Actor, Dot, VersionVector};
use uuid::Uuid;

use crate::apply::{Applied, New, apply};
use crate::commit::Lookup;
use crate::incarnation::Fork;
use crate::notice::Notice;

/// A database after a rebuild.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuilt {
    /// Where it stands. Its floor is what the taken state contained.
    pub position: Position,
    /// What lies above the taken state, to be the whole log.
    pub entries: Vec<Logged>,
    /// Entries that are not taken over: those of a foreign history, which its author issues anew, and what depends on them. Kept for people.
    pub dropped: Vec<Entry>,
    /// What people should look at.
    pub notices: Vec<Notice>,
}

/// An entry above the taken state, with what it changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// The entry.
    pub entry: Entry,
    /// Documents before and after it.
    pub changes: Vec<RowChange>,
    /// What changes in the digest.
    pub digest: Vec<DigestDelta>,
    /// The end of its author's history after it.
    pub head: Head,
}

/// Puts the entries of `log`, which is our own log in its order, on top of the state at `base`, whose rows `lookup` gives.
///
/// Entries of `fork.actor` count only as `base` has them. If that actor is this server, its entries after the fork are issued anew under
/// `fresh`, a new incarnation, with their old clock values; so are own entries that can no longer stand as they are.
#[must_use]
pub fn rebuild(
    (base, lookup): (&Position, Lookup<'_>),
    (ours, log): (&Position, &[Entry]),
    fork: Fork,
    fresh: Actor,
    wall_ms: i64,
) -> Rebuilt {
    let me = ours.actor;
    let mut position = Position { actor: me, last_hlc: ours.last_hlc, ..base.clone() };
    let mut rows: BTreeMap<(String, Uuid), Option<Row>> = BTreeMap::new();
    let (mut entries, mut dropped, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    for entry in log {
        let strange = entry.dot.actor == fork.actor;
        let mine = entry.dot.actor.server == me.server;
        // Of our own history all beyond the fork is put on top, of a foreign one nothing that goes by a number of the taken state.
        let contained = if strange && mine { entry.dot.seq <= fork.common } else { base.vector.covers(&entry.dot) };
        if contained {
            continue;
        }
        let mut taken = None;
        let candidates = [(!strange).then(|| entry.clone()), mine.then(|| anew(entry, fork, fresh, &position))];
        for candidate in candidates.into_iter().flatten() {
            let current = |kind: &str, id: Uuid| match rows.get(&(kind.to_owned(), id)) {
                Some(row) => row.clone(),
                None => lookup(kind, id),
            };
            if let Ok(Applied::New(new)) = apply(&mut position, &candidate, wall_ms, &current) {
                taken = Some((candidate, new));
                break;
            }
        }
        let Some((entry, new)) = taken else {
            dropped.push(entry.clone());
            continue;
        };
        let New { changes, digest, head, notices: found } = *new;
        if entry.dot.actor == fresh {
            position.actor = fresh;
        }
        for change in &changes {
            rows.insert((change.kind.clone(), change.id), change.after.clone());
        }
        notices.extend(found);
        entries.push(Logged { entry, changes, digest, head });
    }
    Rebuilt { position, entries, dropped, notices }
}

/// The same operations under the next number of `fresh`.
fn anew(entry: &Entry, fork: Fork, fresh: Actor, position: &Position) -> Entry {
    let seq = position.vector.get(&fresh) + 1;
    let mut deps: VersionVector =
        entry.deps.iter().filter(|dot| dot.actor != fork.actor && position.vector.covers(dot)).collect();
    if seq == 1 && fork.common > 0 {
        deps.raise(Dot { actor: fork.actor, seq: fork.common });
    }
    Entry { dot: Dot { actor: fresh, seq }, deps, ..entry.clone() }
}
