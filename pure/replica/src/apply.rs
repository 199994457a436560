//! An entry of another server is taken in.

use std::collections::BTreeMap;

use domain::commit::{DigestDelta, RowChange};
use domain::log::{Action, Cell, CellWrite, Chain, Entry, Head, Position, Row};
use domain::stamp::{Actor, Dot, Hlc, VersionVector};
use thiserror::Error;
use uuid::Uuid;

use crate::chain::chain;
use crate::commit::Lookup;
use crate::digest::deltas;
use crate::notice::{Notice, NoticeKind};
use crate::touched::Touched;

/// How far a remote clock may pull the local one ahead of the wall clock, in milliseconds.
const MAX_AHEAD_MS: i64 = 60_000;
/// 2100-01-01T00:00Z in Unix milliseconds: a later stamp is an error of the sender.
const YEAR_2100_MS: i64 = 4_102_444_800_000;

/// What taking in an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// It was contained already.
    Known,
    /// It is new.
    New(Box<New>),
}

/// What a new entry changes. Nothing is stored yet.
#[derive(Clone, Debug, PartialEq)]
pub struct New {
    /// Each changed document once.
    pub changes: Vec<RowChange>,
    /// What changes in the digest.
    pub digest: Vec<DigestDelta>,
    /// The end of the author's history afterwards.
    pub head: Head,
    /// What people should look at.
    pub notices: Vec<Notice>,
}

/// Why an entry cannot be taken in: errors of the sender, which end the session.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApplyError {
    /// Entries in between are missing.
    #[error("Entry {got} arrived, but {expected} of that server is next. The session starts over.")]
    Gap {
        /// What arrived.
        got: Dot,
        /// The number that is next.
        expected: u64,
    },
    /// An entry that the committer knew is missing here.
    #[error("Entry {got} arrived before {missing}, which its author knew. The session starts over.")]
    Causality {
        /// What arrived.
        got: Dot,
        /// What should have come first.
        missing: Dot,
    },
    /// A clock value after the year 2100.
    #[error("Entry {got} is stamped after the year 2100. Set the clock of the sending server.")]
    FarFuture {
        /// What arrived.
        got: Dot,
    },
}

/// Takes in `entry` at Unix time `wall_ms` and moves `position` past it.
///
/// # Errors
/// [`ApplyError`] if the sender broke the protocol; nothing changes then.
pub fn apply(position: &mut Position, entry: &Entry, wall_ms: i64, lookup: Lookup<'_>) -> Result<Applied, ApplyError> {
    let got = entry.dot;
    let have = position.vector.get(&got.actor);
    if got.seq <= have {
        return Ok(Applied::Known);
    }
    if got.seq != have + 1 {
        return Err(ApplyError::Gap { got, expected: have + 1 });
    }
    if let Some(missing) = entry.deps.iter().find(|dot| !position.vector.covers(dot)) {
        return Err(ApplyError::Causality { got, missing });
    }
    if latest(entry) >= Hlc::from_unix_ms(YEAR_2100_MS) {
        return Err(ApplyError::FarFuture { got });
    }
    let head = position.heads.entry(got.actor).or_default();
    let chain = chain(&head.chain, entry);
    // Nothing is refused from here on.
    entry.deps.iter().for_each(|dot| head.seen.raise(dot));
    let mut merge = Merge { entry, seen: &head.seen, lookup, touched: Touched::default(), notices: Vec::new() };
    for op in &entry.ops {
        match &op.action {
            Action::Ins(cells) => merge.insert(&op.kind, op.id, cells),
            Action::Set(cells) => merge.set(&op.kind, op.id, cells),
            Action::Del => merge.delete(&op.kind, op.id),
        }
    }
    let Merge { touched, notices, .. } = merge;
    let mut changes = touched.changes();
    changes.sort_unstable_by(|one, other| (&one.kind, one.id).cmp(&(&other.kind, other.id)));
    let head = advance(position, entry, chain).clone();
    position.last_hlc = position.last_hlc.max(entry.hlc.min(Hlc::from_unix_ms(wall_ms + MAX_AHEAD_MS)));
    Ok(Applied::New(Box::new(New { digest: deltas(&changes), changes, head, notices })))
}

/// Moves the vector and the actor's head past `entry`.
pub(crate) fn advance<'a>(position: &'a mut Position, entry: &Entry, chain: Chain) -> &'a Head {
    position.vector.raise(entry.dot);
    let head = position.heads.entry(entry.dot.actor).or_default();
    head.cum_ops += entry.ops.len() as u64;
    head.chain = chain;
    entry.deps.iter().for_each(|dot| head.seen.raise(dot));
    head
}

fn latest(entry: &Entry) -> Hlc {
    let cells = entry.ops.iter().filter_map(|op| match &op.action {
        Action::Ins(cells) | Action::Set(cells) => Some(cells),
        Action::Del => None,
    });
    cells.flat_map(BTreeMap::values).filter_map(|write| write.hlc).fold(entry.hlc, Hlc::max)
}

struct Merge<'a> {
    entry: &'a Entry,
    /// What the author's database contained, without the author's own entries.
    seen: &'a VersionVector,
    lookup: Lookup<'a>,
    touched: Touched,
    notices: Vec<Notice>,
}

impl Merge<'_> {
    fn row(&mut self, kind: &str, id: Uuid) -> &mut Option<Row> {
        self.touched.row(kind, id, self.lookup)
    }

    fn insert(&mut self, kind: &str, id: Uuid, cells: &BTreeMap<String, CellWrite>) {
        let birth = self.entry.dot;
        let row = self.row(kind, id).get_or_insert_with(|| Row { birth, cells: BTreeMap::new() });
        row.birth = row.birth.max(birth);
        self.set(kind, id, cells);
    }

    fn set(&mut self, kind: &str, id: Uuid, cells: &BTreeMap<String, CellWrite>) {
        let (entry, seen) = (self.entry, self.seen);
        let author = entry.dot.actor;
        let mut notices = Vec::new();
        match self.row(kind, id) {
            None => {
                notices.extend(cells.keys().map(|cell| Notice::new(NoticeKind::EditLostToDelete, kind, id, cell, entry.dot)));
            }
            Some(row) => {
                for (name, write) in cells {
                    let stamp = entry.stamp(kind, name, write);
                    let old = row.cells.get(name).map(|cell| cell.stamp);
                    if let Some(old) = old.filter(|old| !knew(seen, author, &old.dot)) {
                        let loser = if stamp > old { old.dot } else { entry.dot };
                        notices.push(Notice::new(NoticeKind::ConcurrentEdit, kind, id, name, loser));
                    }
                    if old.is_none_or(|old| stamp > old) {
                        row.cells.insert(name.clone(), Cell { stamp, value: write.value.clone() });
                    }
                }
            }
        }
        self.notices.append(&mut notices);
    }

    fn delete(&mut self, kind: &str, id: Uuid) {
        let (seen, author) = (self.seen, self.entry.dot.actor);
        let Some(row) = self.row(kind, id).take() else { return };
        let unseen = row.cells.iter().filter(|(_, cell)| !knew(seen, author, &cell.stamp.dot));
        let notices = unseen.map(|(name, cell)| Notice::new(NoticeKind::EditLostToDelete, kind, id, name, cell.stamp.dot));
        self.notices.extend(notices);
    }
}

/// Whether the author of an entry knew what `dot` wrote.
fn knew(seen: &VersionVector, author: Actor, dot: &Dot) -> bool {
    dot.actor == author || seen.covers(dot)
}
