//! A database in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use domain::commit::{Committed, DigestDelta, Proposal, RowChange};
use domain::log::{Edit, Entry, Head, Position, Row};
use domain::stamp::{Actor, Dot, Hlc, VersionVector};
use replica::incarnation::Fork;
use replica::session::{Mark, NotApplied, Standing, Taking};
use replica::{Applied, apply, commit, join_position, join_row, rebuild};
use uuid::Uuid;

use super::Mutant;
use super::disk::{Disk, KIND};

/// Everything that would be on disk.
#[derive(Clone)]
pub(crate) struct Memory {
    mutant: Mutant,
    position: Arc<Position>,
    rows: BTreeMap<Uuid, Rc<Row>>,
    log: Vec<(i64, Rc<Entry>)>,
    /// Of every entry that was ever in the log.
    marks: Rc<BTreeMap<Dot, Mark>>,
    lpos: i64,
    floor: Arc<VersionVector>,
    digest: BTreeMap<u16, u128>,
    forked: Option<Fork>,
    /// A write that a wrong database does too late.
    late: Option<Committed>,
}

impl Memory {
    fn write(&mut self, entry: &Entry, changes: Vec<RowChange>, digest: &[DigestDelta], head: &Head) {
        self.lpos += 1;
        let mark = Mark { lpos: self.lpos, cum_ops: head.cum_ops, chain: head.chain };
        Rc::make_mut(&mut self.marks).insert(entry.dot, mark);
        self.log.push((self.lpos, Rc::new(entry.clone())));
        self.put(changes, digest);
    }

    fn put(&mut self, changes: Vec<RowChange>, digest: &[DigestDelta]) {
        for change in changes {
            match change.after {
                Some(row) => self.rows.insert(change.id, Rc::new(row)),
                None => self.rows.remove(&change.id),
            };
        }
        for delta in digest {
            let sum = self.digest.entry(delta.bucket).or_default();
            *sum = sum.wrapping_add(delta.sum);
        }
        self.digest.retain(|_, sum| *sum != 0);
    }

    fn join(&mut self, other: &Self) {
        let ours = if self.mutant == Mutant::NoBirths { VersionVector::default() } else { self.position.vector.clone() };
        let ids: BTreeSet<Uuid> = self.rows.keys().chain(other.rows.keys()).copied().collect();
        let there = &other.position.vector;
        let joined = ids.into_iter().filter_map(|id| join_row((KIND, id), self.row(id), &ours, other.row(id), there).change);
        let changes: Vec<RowChange> = joined.collect();
        let digest = replica::digest::deltas(&changes);
        self.put(changes, &digest);
        let (position, floor) = join_position(&self.position, &other.position);
        floor.iter().for_each(|dot| Arc::make_mut(&mut self.floor).raise(dot));
        self.know(other);
        self.position = Arc::new(position);
        let floor = self.floor.clone();
        self.log.retain(|(_, entry)| !floor.covers(&entry.dot));
    }

    /// Places in histories travel with the state, so that a fork is found also beyond it.
    fn know(&mut self, other: &Self) {
        let marks = Rc::make_mut(&mut self.marks);
        for (dot, mark) in other.marks.iter() {
            marks.entry(*dot).or_insert(*mark);
        }
    }

    fn rebuild(&mut self, other: &Self, fork: Fork, wall_ms: i64) {
        let log: Vec<Entry> = self.log.iter().map(|(_, entry)| Entry::clone(entry)).collect();
        let me = self.position.actor;
        let known = self.position.vector.iter().chain(other.position.vector.iter()).map(|dot| dot.actor);
        let newest = known.filter(|actor| actor.server == me.server).map(|actor| actor.incarnation).max();
        let fresh = Actor { incarnation: newest.unwrap_or(0).max(me.incarnation) + 1, ..me };
        let lookup = |_: &str, id: Uuid| other.row(id);
        let built = rebuild((&other.position, &lookup), (&self.position, &log), fork, fresh, wall_ms);
        self.rows.clone_from(&other.rows);
        self.digest.clone_from(&other.digest);
        self.floor = Arc::new(other.position.vector.clone());
        self.log.clear();
        self.marks = other.marks.clone();
        for logged in built.entries {
            self.write(&logged.entry, logged.changes, &logged.digest, &logged.head);
        }
        self.position = Arc::new(built.position);
        self.forked = None;
    }

    /// Both changes get their numbers, but the second one is written first.
    fn raced(&mut self, first: Committed, position: &mut Position, edit: Edit, request: Uuid, wall_ms: i64) -> Option<Entry> {
        let proposal = Proposal { edits: vec![edit], wall_ms, request: Some(request), ..Proposal::default() };
        let second = commit(position, proposal, &|_, id| self.row(id)).ok()?;
        let Committed { entry: Some(entry), changes, digest, head } = second else { return None };
        self.write(&entry, changes, &digest, &head);
        self.position = Arc::new(position.clone());
        self.late = Some(first);
        Some(entry)
    }
}

impl Disk for Memory {
    type Snapshot = Self;

    fn new(actor: Actor, mutant: Mutant) -> Self {
        Self {
            mutant,
            position: Arc::new(Position::new(actor)),
            rows: BTreeMap::new(),
            log: Vec::new(),
            marks: Rc::default(),
            lpos: 0,
            floor: Arc::default(),
            digest: BTreeMap::new(),
            forked: None,
            late: None,
        }
    }

    fn standing(&self) -> Standing {
        let digest = self.digest.values().fold(0_u128, |sum, part| sum.wrapping_add(*part));
        Standing { lpos: self.lpos, position: self.position.clone(), floor: self.floor.clone(), digest, forked: self.forked }
    }

    fn commit(&mut self, edit: Edit, request: Uuid, wall_ms: i64) -> Result<Entry, String> {
        let lookup = |_: &str, id: Uuid| {
            let mut row = self.row(id);
            if self.mutant == Mutant::NoBump {
                row.iter_mut().flat_map(|row| row.cells.values_mut()).for_each(|cell| cell.stamp.hlc = Hlc::default());
            }
            row
        };
        let proposal = Proposal { edits: vec![edit.clone()], wall_ms, request: Some(request), ..Proposal::default() };
        let mut position = Position::clone(&self.position);
        let committed = commit(&mut position, proposal, &lookup).map_err(|error| error.to_string())?;
        let Some(entry) = committed.entry.clone() else { return Err("no entry".into()) };
        match self.mutant {
            Mutant::NoBump => self.apply(std::slice::from_ref(&entry), wall_ms).map_err(|error| format!("{error:?}"))?,
            Mutant::SeqOutsideLock if request.as_u128().is_multiple_of(16) && self.late.is_none() => {
                // The same wish comes twice at once; the second is written first.
                let late = self.raced(committed, &mut position, edit, request, wall_ms + 1);
                return late.ok_or_else(|| "no entry".into());
            }
            _ => {
                self.write(&entry, committed.changes, &committed.digest, &committed.head);
                self.position = Arc::new(position);
            }
        }
        Ok(entry)
    }

    fn apply(&mut self, entries: &[Entry], wall_ms: i64) -> Result<(), NotApplied> {
        let before = (entries.len() > 1).then(|| self.clone());
        for entry in entries {
            let mut position = Position::clone(&self.position);
            match apply(&mut position, entry, wall_ms, &|_, id| self.row(id)) {
                Ok(Applied::Known) => {}
                Ok(Applied::New(new)) => {
                    let forgotten = self.mutant == Mutant::DropOne && entry.request.is_some_and(|id| id.as_u128() % 1_000 == 7);
                    let (changes, digest) = if forgotten { Default::default() } else { (new.changes, new.digest) };
                    self.write(entry, changes, &digest, &new.head);
                    self.position = Arc::new(position);
                }
                Err(error) => {
                    before.into_iter().for_each(|before| *self = before);
                    return Err(NotApplied::Rules(error));
                }
            }
        }
        Ok(())
    }

    fn read(&self, after: i64, limit: usize) -> Vec<(i64, Entry)> {
        let first = self.log.partition_point(|(lpos, _)| *lpos <= after);
        self.log[first..].iter().take(limit).map(|(lpos, entry)| (*lpos, Entry::clone(entry))).collect()
    }

    fn marks(&self, dots: &[Dot]) -> Vec<(Dot, Option<Mark>)> {
        let mark = |dot: &Dot| match dot.seq {
            0 => Some(Mark::default()),
            _ => self.marks.get(dot).copied(),
        };
        dots.iter().map(|dot| (*dot, mark(dot))).collect()
    }

    fn cut(&mut self, count: usize) {
        let floor = Arc::make_mut(&mut self.floor);
        self.log.drain(..count.min(self.log.len())).for_each(|(_, entry)| floor.raise(entry.dot));
    }

    fn row(&self, id: Uuid) -> Option<Row> {
        self.rows.get(&id).map(|row| Row::clone(row))
    }

    fn ids(&self) -> Vec<Uuid> {
        self.rows.keys().copied().collect()
    }

    fn rows(&self) -> BTreeMap<Uuid, Row> {
        self.rows.iter().map(|(id, row)| (*id, Row::clone(row))).collect()
    }

    fn digest(&self) -> BTreeMap<u16, u128> {
        self.digest.clone()
    }

    fn snapshot(&self) -> Self {
        self.clone()
    }

    fn take(&mut self, snapshot: &Self, how: Taking, wall_ms: i64) {
        match how {
            Taking::Join => self.join(snapshot),
            Taking::Rebuild { actor } => {
                let fork = self.forked.filter(|fork| fork.actor == actor).unwrap_or(Fork { actor, common: 0 });
                self.rebuild(snapshot, fork, wall_ms);
            }
        }
    }

    fn incarnate(&mut self, actor: Actor, fork: Option<Fork>) {
        Arc::make_mut(&mut self.position).actor = actor;
        self.forked = fork;
    }

    fn copy(&self) -> Self {
        self.clone()
    }

    fn settle(&mut self) {
        if let Some(Committed { entry: Some(entry), changes, digest, head }) = self.late.take() {
            self.write(&entry, changes, &digest, &head);
        }
    }
}
