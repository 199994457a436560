//! A database in memory that does what the store does: keeps rows, log, vector, heads and digest as the rules say.

use std::collections::{BTreeMap, BTreeSet};

use domain::commit::{Committed, DigestDelta, Proposal, RowChange};
use domain::log::{Edit, Entry, Position, Row};
use domain::stamp::{Actor, Dot, Hlc, VersionVector};
use replica::pending::{Pending, outgoing};
use replica::{Applied, Notice, apply, commit, join_position, join_row};
use uuid::Uuid;

use crate::run::Mutant;

pub(crate) const KIND: &str = "thing";

#[derive(Clone)]
pub(crate) struct Db {
    pub(crate) position: Position,
    pub(crate) rows: BTreeMap<Uuid, Row>,
    pub(crate) log: Vec<Entry>,
    pub(crate) floor: VersionVector,
    pub(crate) cum: BTreeMap<Dot, u64>,
    pub(crate) digest: BTreeMap<u16, u128>,
    pub(crate) notices: BTreeSet<Notice>,
}

impl Db {
    pub(crate) fn new(actor: Actor) -> Self {
        Self {
            position: Position::new(actor),
            rows: BTreeMap::new(),
            log: Vec::new(),
            floor: VersionVector::default(),
            cum: BTreeMap::new(),
            digest: BTreeMap::new(),
            notices: BTreeSet::new(),
        }
    }

    pub(crate) fn commit(&mut self, edit: Edit, wall_ms: i64, mutant: Mutant) -> Result<Entry, String> {
        let lie = |row: Row| {
            let mut row = row;
            row.cells.values_mut().for_each(|cell| cell.stamp.hlc = Hlc::default());
            row
        };
        let lookup = |_: &str, id: Uuid| {
            let row = self.rows.get(&id).cloned();
            // A server that does not look at the stamps of what it changes.
            if mutant == Mutant::NoBump { row.map(lie) } else { row }
        };
        let proposal = Proposal { edits: vec![edit], wall_ms, ..Proposal::default() };
        let mut position = self.position.clone();
        let committed = commit(&mut position, proposal, &lookup).map_err(|error| error.to_string())?;
        let Committed { entry: Some(entry), changes, digest, head } = committed else { return Err("no entry".into()) };
        if mutant == Mutant::NoBump {
            self.apply(&entry, wall_ms)?;
            return Ok(entry);
        }
        // What a commit says must be what applying its entry does.
        let lookup = |_: &str, id: Uuid| self.rows.get(&id).cloned();
        let mut applied = self.position.clone();
        match apply(&mut applied, &entry, wall_ms, &lookup).map_err(|error| error.to_string())? {
            Applied::New(new)
                if (&new.changes, &new.digest, &new.head) == (&changes, &digest, &head) && new.notices.is_empty() => {}
            other => return Err(format!("commit and apply differ: {changes:?} and {other:?}")),
        }
        self.position = position;
        self.take(&entry, changes, &digest);
        Ok(entry)
    }

    pub(crate) fn apply(&mut self, entry: &Entry, wall_ms: i64) -> Result<(), String> {
        let causal = self.causal_writes_win(entry);
        let Self { position, rows, .. } = self;
        let lookup = |_: &str, id: Uuid| rows.get(&id).cloned();
        if let Applied::New(new) = apply(position, entry, wall_ms, &lookup).map_err(|error| error.to_string())? {
            causal?;
            self.notices.extend(new.notices);
            self.take(entry, new.changes, &new.digest);
        }
        Ok(())
    }

    /// A write whose author knew the cell's value must replace it.
    fn causal_writes_win(&self, entry: &Entry) -> Result<(), String> {
        let actor = entry.dot.actor;
        let mut seen = self.position.heads.get(&actor).map(|head| head.seen.clone()).unwrap_or_default();
        entry.deps.iter().for_each(|dot| seen.raise(dot));
        for op in &entry.ops {
            let domain::log::Action::Set(cells) = &op.action else { continue };
            for (name, write) in cells {
                let old = self.rows.get(&op.id).and_then(|row| row.cells.get(name));
                let knew = old.is_some_and(|old| old.stamp.dot.actor == actor || seen.covers(&old.stamp.dot));
                if knew && old.is_some_and(|old| old.stamp >= entry.stamp(&op.kind, name, write)) {
                    return Err(format!("a write that knew the old value does not win: {entry:?} over {old:?}"));
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, entry: &Entry, changes: Vec<RowChange>, digest: &[DigestDelta]) {
        self.cum.insert(entry.dot, self.position.heads[&entry.dot.actor].cum_ops);
        self.log.push(entry.clone());
        for change in changes {
            self.put(change);
        }
        self.add(digest);
    }

    fn put(&mut self, change: RowChange) {
        match change.after {
            Some(row) => self.rows.insert(change.id, row),
            None => self.rows.remove(&change.id),
        };
    }

    fn add(&mut self, digest: &[DigestDelta]) {
        for delta in digest {
            let sum = self.digest.entry(delta.bucket).or_default();
            *sum = sum.wrapping_add(delta.sum);
        }
        self.digest.retain(|_, sum| *sum != 0);
    }

    /// Takes in the whole state of `other`.
    pub(crate) fn join(&mut self, other: &Self, mutant: Mutant) {
        let ours = if mutant == Mutant::NoBirths { VersionVector::default() } else { self.position.vector.clone() };
        let ids: BTreeSet<Uuid> = self.rows.keys().chain(other.rows.keys()).copied().collect();
        let mut changes = Vec::new();
        for id in ids {
            let (here, there) = (self.rows.get(&id).cloned(), other.rows.get(&id).cloned());
            let joined = join_row((KIND, id), here, &ours, there, &other.position.vector);
            self.notices.extend(joined.notices);
            changes.extend(joined.change);
        }
        self.add(&replica::digest::deltas(&changes));
        changes.into_iter().for_each(|change| self.put(change));
        let (position, floor) = join_position(&self.position, &other.position);
        for dot in floor.iter() {
            self.floor.raise(dot);
            self.cum.insert(dot, position.heads[&dot.actor].cum_ops);
        }
        self.position = position;
        let floor = &self.floor;
        self.log.retain(|entry| !floor.covers(&entry.dot));
    }

    pub(crate) fn needs_state(&self, peer: &VersionVector) -> bool {
        !peer.covers_all(&self.floor)
    }

    /// Forgets the first `count` entries of the log.
    pub(crate) fn cut(&mut self, count: usize) {
        for entry in self.log.drain(..count) {
            self.floor.raise(entry.dot);
        }
    }

    pub(crate) fn pending(&self, peer: &VersionVector) -> Pending {
        let cum_at = |actor: &Actor, seq| {
            if seq == 0 { Some(0) } else { self.cum.get(&Dot { actor: *actor, seq }).copied() }
        };
        outgoing(&self.position, &self.floor, peer, &cum_at)
    }

    /// The same by looking at the whole log.
    pub(crate) fn pending_scan(&self, peer: &VersionVector) -> Pending {
        let behind = |dot: Dot| peer.get(&dot.actor) < self.floor.get(&dot.actor);
        if self.floor.iter().any(behind) {
            return Pending::Resync;
        }
        let missing = self.log.iter().filter(|entry| !peer.covers(&entry.dot));
        Pending::Ops(missing.map(|entry| entry.ops.len() as u64).sum())
    }
}
