//! One seeded run: servers in a star with cross links, random steps, then healing and the checks.

use std::collections::{BTreeMap, BTreeSet};

use domain::log::{Change, Edit};
use domain::stamp::{Actor, Dot};
use replica::pending::Pending;
use serde_json::json;
use uuid::Uuid;

use crate::db::{Db, KIND};
use crate::oracle::Oracle;
use crate::random::Random;

/// A mistake built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    None,
    NoBump,
    NoIncarnation,
    NoBirths,
}

/// How often the hard cases came up.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) writes: u64,
    pub(crate) joins: u64,
    pub(crate) rollbacks: u64,
    pub(crate) notices: u64,
    pub(crate) counted: u64,
}

/// Unix milliseconds at the start; skews go up to 1,000 s to either side.
const START_MS: i64 = 1_790_000_000_000;

struct World<'a> {
    random: Random,
    dbs: Vec<Db>,
    backups: Vec<Option<Db>>,
    skews: Vec<i64>,
    links: Vec<(usize, usize)>,
    up: BTreeSet<usize>,
    now: i64,
    rows: u128,
    mutant: Mutant,
    oracle: Oracle,
    totals: &'a mut Totals,
}

pub(crate) fn run(seed: u64, mutant: Mutant, totals: &mut Totals) -> Result<(), String> {
    let mut world = World::new(seed, mutant, totals);
    for _ in 0..200 + world.random.below(400) {
        world.step()?;
        world.compare_counters()?;
    }
    world.heal()?;
    world.check()
}

fn server(index: usize) -> Uuid {
    Uuid::from_u128(index as u128 + 1)
}

impl<'a> World<'a> {
    fn new(seed: u64, mutant: Mutant, totals: &'a mut Totals) -> Self {
        let mut random = Random::new(seed);
        let count = 3 + random.below(4) as usize;
        let db = |index| Db::new(Actor { server: server(index), incarnation: 1 });
        let mut skew = || {
            if random.per_mille(300) { random.below(2_000_000) as i64 - 1_000_000 } else { random.below(200) as i64 - 100 }
        };
        let skews = (0..count).map(|_| skew()).collect();
        let mut links = Vec::new();
        for index in 1..count {
            links.push((0, index));
            if index > 1 && random.per_mille(300) {
                links.push((index - 1, index));
            }
        }
        Self {
            random,
            dbs: (0..count).map(db).collect(),
            backups: vec![None; count],
            skews,
            up: (0..links.len()).collect(),
            links,
            now: START_MS,
            rows: 0,
            mutant,
            oracle: Oracle::default(),
            totals,
        }
    }

    fn pick(&mut self, end: usize) -> usize {
        self.random.below(end as u64) as usize
    }

    fn step(&mut self) -> Result<(), String> {
        self.now += self.random.below(50) as i64;
        let at = self.pick(self.dbs.len());
        match self.random.below(100) {
            0..=14 => {
                self.rows += 1;
                let cells = (0..3).map(|cell| (format!("c{cell}"), json!(self.random.below(1000)))).collect();
                self.write(at, Uuid::from_u128(0x1000 + self.rows), Change::Insert(cells))
            }
            15..=49 => {
                let (cell, value) = (self.random.below(3), self.random.below(1_000_000_000));
                let change = Change::Update([(format!("c{cell}"), json!(value))].into());
                self.row(at).map_or(Ok(()), |id| self.write(at, id, change))
            }
            50..=56 => self.row(at).map_or(Ok(()), |id| self.write(at, id, Change::Delete)),
            57..=60 => {
                let link = self.pick(self.links.len());
                if !self.up.remove(&link) {
                    self.up.insert(link);
                }
                Ok(())
            }
            61..=62 => {
                let count = self.pick(self.dbs[at].log.len() + 1);
                self.dbs[at].cut(count);
                Ok(())
            }
            63 => {
                self.backups[at] = Some(self.dbs[at].clone());
                Ok(())
            }
            64 => {
                self.roll_back(at);
                Ok(())
            }
            _ => {
                let link = self.pick(self.links.len());
                if !self.up.contains(&link) {
                    return Ok(());
                }
                let (a, b) = self.links[link];
                let (from, to) = if self.random.per_mille(500) { (a, b) } else { (b, a) };
                let limit = 1 + self.pick(20);
                self.send(from, to, limit)
            }
        }
    }

    fn row(&mut self, at: usize) -> Option<Uuid> {
        let count = self.dbs[at].rows.len();
        let index = self.pick(count.max(1));
        self.dbs[at].rows.keys().nth(index).copied()
    }

    fn write(&mut self, at: usize, id: Uuid, change: Change) -> Result<(), String> {
        let edit = Edit { kind: KIND.into(), id, change };
        let wall = self.now + self.skews[at];
        self.oracle.written(self.dbs[at].commit(edit, wall, self.mutant)?);
        self.totals.writes += 1;
        Ok(())
    }

    fn send(&mut self, from: usize, to: usize, limit: usize) -> Result<(), String> {
        let wall = self.now + self.skews[to];
        let [from, to] = self.dbs.get_disjoint_mut([from, to]).expect("two servers");
        if from.needs_state(&to.position.vector) {
            to.join(from, self.mutant);
            self.totals.joins += 1;
            return Ok(());
        }
        let has = &to.position.vector;
        let missing = from.log.iter().filter(|entry| !has.covers(&entry.dot));
        let entries: Vec<_> = missing.take(limit).collect();
        entries.into_iter().try_for_each(|entry| to.apply(entry, wall))
    }

    /// The disk of a server goes back to an earlier copy. What nobody else has is gone for good.
    fn roll_back(&mut self, at: usize) {
        let Some(mut copy) = self.backups[at].take() else { return };
        for last in self.dbs[at].position.vector.iter() {
            let others = self.dbs.iter().enumerate().filter(|(index, _)| *index != at);
            let kept = others.map(|(_, db)| db.position.vector.get(&last.actor)).max().unwrap_or(0);
            let kept = kept.max(copy.position.vector.get(&last.actor));
            (kept + 1..=last.seq).for_each(|seq| self.oracle.lost(Dot { actor: last.actor, seq }));
        }
        if self.mutant != Mutant::NoIncarnation {
            let own = self.dbs[at].position.vector.iter().filter(|dot| dot.actor.server == server(at));
            let newest = own.map(|dot| dot.actor.incarnation).max().unwrap_or(1).max(self.dbs[at].position.actor.incarnation);
            copy.position.actor.incarnation = newest + 1;
        }
        self.dbs[at] = copy;
        self.totals.rollbacks += 1;
    }

    fn compare_counters(&mut self) -> Result<(), String> {
        let (here, there) = (self.pick(self.dbs.len()), self.pick(self.dbs.len()));
        let peer = &self.dbs[there].position.vector;
        let (counted, scanned) = (self.dbs[here].pending(peer), self.dbs[here].pending_scan(peer));
        if matches!(counted, Pending::Ops(_)) && here != there {
            self.totals.counted += 1;
        }
        if counted == scanned { Ok(()) } else { Err(format!("{counted:?} pending, but the log says {scanned:?}")) }
    }

    fn heal(&mut self) -> Result<(), String> {
        for _ in 0..self.dbs.len() * 3 {
            for (a, b) in self.links.clone() {
                self.send(a, b, usize::MAX)?;
                self.send(b, a, usize::MAX)?;
            }
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), String> {
        let main = &self.dbs[0];
        for db in &self.dbs[1..] {
            if db.position.vector != main.position.vector || db.position.heads != main.position.heads {
                return Err("vectors or histories differ after healing".into());
            }
            if db.rows != main.rows {
                return Err("diverged: rows differ after healing".into());
            }
            if db.digest != main.digest || db.digest != whole_digest(db) {
                return Err("digests differ after healing".into());
            }
            if main.pending(&db.position.vector) != Pending::Ops(0) {
                return Err("something is pending after healing".into());
            }
        }
        self.totals.notices += main.notices.len() as u64;
        self.oracle.check(main)
    }
}

/// The digest, computed from nothing but the rows.
fn whole_digest(db: &Db) -> BTreeMap<u16, u128> {
    let mut digest: BTreeMap<u16, u128> = BTreeMap::new();
    for (id, row) in &db.rows {
        let sum = digest.entry(replica::digest::bucket(*id)).or_default();
        *sum = sum.wrapping_add(replica::digest::summand(KIND, *id, row));
    }
    digest.retain(|_, sum| *sum != 0);
    digest
}
