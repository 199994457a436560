//! A run: servers, the ways between them, and one step after another.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::log::{Change, Edit};
use domain::stamp::VersionVector;
use replica::pending::Pending;
use replica::session::{Output, Phase, Session};
use serde_json::json;
use uuid::Uuid;

use super::Mutant;
use super::disk::{Disk, KIND};
use super::link::{Link, Side};
use super::node::{History, Node, SCHEMA};
use super::oracle::Oracle;
use crate::random::Random;

/// Unix milliseconds at the start of a run.
pub(crate) const START_MS: i64 = 1_790_000_000_000;

/// How often the hard cases came up.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) edits: u64,
    pub(crate) applied: u64,
    pub(crate) joins: u64,
    pub(crate) rebuilds: u64,
    pub(crate) crashes: u64,
    pub(crate) rollbacks: u64,
    pub(crate) incarnations: u64,
    pub(crate) forks: u64,
    pub(crate) clones: u64,
    pub(crate) clones_refused: u64,
    pub(crate) repeated: u64,
    pub(crate) full: u64,
    pub(crate) version_holds: u64,
    pub(crate) clock_alarms: u64,
    pub(crate) excused: u64,
    pub(crate) counted: u64,
    pub(crate) administered: u64,
    /// Whether to keep the next.
    pub(crate) traced: bool,
    /// Hash of everything that came out of all sessions, in order.
    pub(crate) trace: u64,
}

impl Totals {
    /// Adds what another run met.
    pub(crate) fn add(&mut self, other: &Self) {
        self.edits += other.edits;
        self.applied += other.applied;
        self.joins += other.joins;
        self.rebuilds += other.rebuilds;
        self.crashes += other.crashes;
        self.rollbacks += other.rollbacks;
        self.incarnations += other.incarnations;
        self.forks += other.forks;
        self.clones += other.clones;
        self.clones_refused += other.clones_refused;
        self.repeated += other.repeated;
        self.full += other.full;
        self.version_holds += other.version_holds;
        self.clock_alarms += other.clock_alarms;
        self.excused += other.excused;
        self.counted += other.counted;
        self.administered += other.administered;
    }
}

pub(crate) struct World<'a, D: Disk> {
    pub(crate) random: Random,
    pub(crate) nodes: Vec<Node<D>>,
    pub(crate) links: Vec<Link>,
    pub(crate) snapshots: Vec<(D::Snapshot, History)>,
    /// Milliseconds since the start.
    pub(crate) now: i64,
    pub(crate) mutant: Mutant,
    pub(crate) oracle: Oracle,
    pub(crate) totals: &'a mut Totals,
    pub(crate) traced: DefaultHasher,
    /// Write everything that happens to the standard error.
    log: bool,
    /// As [`harsh`] says.
    pub(crate) harsh: bool,
}

/// In every tenth run people edit on a server whose disk went back without anybody's knowing, and on copies that are switched on beside the
/// original, and disks go back more than once. What was written under one number by two machines and has reached others on both sides cannot
/// always be told apart by servers alone: of these runs some need people.
pub(crate) fn harsh(seed: u64) -> bool {
    seed.is_multiple_of(10)
}

/// One run of some hundred steps, then healing and the checks.
pub(crate) fn run<D: Disk>(seed: u64, mutant: Mutant, totals: &mut Totals) -> Result<(), String> {
    let mut world: World<'_, D> = World::new(seed, mutant, totals);
    for _ in 0..300 + world.random.below(400) {
        world.step()?;
        world.compare_counters()?;
    }
    world.heal()?;
    world.totals.trace ^= world.traced.finish().rotate_left((seed % 64) as u32);
    world.check()
}

impl<'a, D: Disk> World<'a, D> {
    fn new(seed: u64, mutant: Mutant, totals: &'a mut Totals) -> Self {
        let mut random = Random::new(seed);
        let count = 2 + random.below(4) as usize;
        let mut nodes = Vec::new();
        for index in 0..count {
            let skew =
                if random.per_mille(300) { random.below(2_000_000) as i64 - 1_000_000 } else { random.below(200) as i64 - 100 };
            let schema = [SCHEMA, SCHEMA, SCHEMA, SCHEMA - 1, SCHEMA + 2]
                [if random.per_mille(150) { 4 } else { random.below(4) as usize }];
            nodes.push(Node::new(index, skew, schema, mutant));
        }
        let mut links = Vec::new();
        for index in 1..count {
            links.push(Link::new([0, index]));
            if index > 1 && random.per_mille(300) {
                links.push(Link::new([index - 1, index]));
            }
        }
        Self {
            random,
            nodes,
            links,
            snapshots: Vec::new(),
            now: 0,
            mutant,
            oracle: Oracle::default(),
            totals,
            traced: DefaultHasher::new(),
            log: std::env::var_os("XTASK_TRACE").is_some(),
            harsh: harsh(seed),
        }
    }

    pub(crate) fn pick(&mut self, end: usize) -> usize {
        self.random.below(end as u64) as usize
    }

    pub(crate) fn trace(&mut self, link: usize, side: usize, output: &Output) {
        if !self.totals.traced && !self.log {
            return;
        }
        let text = format!("{link} {side} {output:?}");
        text.hash(&mut self.traced);
        if self.log {
            eprintln!("{:>7} {:?} {text}", self.now, self.links[link].nodes[side]);
        }
    }

    /// Notes what the run itself does.
    pub(crate) fn note(&mut self, text: impl Fn() -> String) {
        if self.log {
            eprintln!("{:>7} {}", self.now, text());
        }
    }

    fn step(&mut self) -> Result<(), String> {
        self.now += self.random.below(100) as i64;
        let at = self.living();
        self.nodes[at].disk.settle();
        match self.random.below(1_000) {
            0..=69 => self.insert(at),
            70..=229 => self.update(at),
            230..=259 => self.delete(at),
            260..=599 => self.some_arrive(),
            600..=849 => self.some_work(),
            850..=909 => self.pass_time(),
            choice => self.fault(at, choice),
        }
    }

    /// A server that is no copy; in harsh runs a copy that is switched on does as well.
    pub(crate) fn living(&mut self) -> usize {
        let first = |index: usize| self.nodes.iter().position(|node| node.server == self.nodes[index].server) == Some(index);
        let alive = |index: &usize| !self.nodes[*index].gone && (self.harsh || first(*index));
        let living: Vec<usize> = (0..self.nodes.len()).filter(alive).collect();
        let index = self.pick(living.len());
        living[index]
    }

    fn insert(&mut self, at: usize) -> Result<(), String> {
        let number = self.oracle.next();
        let cells = (0..3).map(|cell| (format!("c{cell}"), json!(number))).collect();
        self.write(at, number, Uuid::from_u128(0x1000 + u128::from(number)), Change::Insert(cells))
    }

    fn update(&mut self, at: usize) -> Result<(), String> {
        let (number, cell) = (self.oracle.next(), self.random.below(3));
        let Some(id) = self.some_row(at) else { return Ok(()) };
        self.write(at, number, id, Change::Update([(format!("c{cell}"), json!(number))].into()))
    }

    fn delete(&mut self, at: usize) -> Result<(), String> {
        let number = self.oracle.next();
        let Some(id) = self.some_row(at) else { return Ok(()) };
        self.write(at, number, id, Change::Delete)
    }

    fn some_row(&mut self, at: usize) -> Option<Uuid> {
        let ids = self.nodes[at].disk.ids();
        let index = self.pick(ids.len().max(1));
        ids.get(index).copied()
    }

    fn write(&mut self, at: usize, number: u64, id: Uuid, change: Change) -> Result<(), String> {
        let mutant = self.mutant;
        let node = &mut self.nodes[at];
        if node.full || node.quiet {
            return Ok(());
        }
        node.before_write(mutant);
        let wall_ms = node.now(self.now).wall_ms;
        let edit = Edit { kind: KIND.into(), id, change: change.clone() };
        let entry = node.disk.commit(edit, Uuid::from_u128(number.into()), wall_ms)?;
        node.history.insert(number);
        if let Change::Update(cells) = &change {
            let row = node.disk.row(id).ok_or("the document is gone")?;
            if cells.iter().any(|(name, value)| row.cells[name].value != *value) {
                return Err(format!("server {at} does not see its own edit {number}"));
            }
        }
        self.note(|| format!("server {at}: {entry:?}"));
        self.oracle.written(number, entry);
        self.totals.edits += 1;
        self.moved(at, None)
    }

    fn some_arrive(&mut self) -> Result<(), String> {
        let ready = |link: &Link, side: usize| !link.pipes[side].is_empty() && !link.blocked[side];
        let ends: Vec<(usize, usize)> = self.ends().filter(|(link, side)| ready(&self.links[*link], *side)).collect();
        if ends.is_empty() {
            return self.dial();
        }
        let index = self.pick(ends.len());
        let again = self.random.per_mille(60);
        self.arrive(ends[index].0, ends[index].1, again).map(|_| ())
    }

    fn some_work(&mut self) -> Result<(), String> {
        let waits = |link: &Link, side: usize| link.sides[side].as_ref().is_some_and(|end| !end.tasks.is_empty());
        let ends: Vec<(usize, usize)> = self.ends().filter(|(link, side)| waits(&self.links[*link], *side)).collect();
        if ends.is_empty() {
            return Ok(());
        }
        let index = self.pick(ends.len());
        self.work(ends[index].0, ends[index].1).map(|_| ())
    }

    pub(crate) fn ends(&self) -> impl Iterator<Item = (usize, usize)> + use<D> {
        (0..self.links.len()).flat_map(|link| [(link, 0), (link, 1)])
    }

    fn pass_time(&mut self) -> Result<(), String> {
        self.now += self.random.below(4_000) as i64;
        self.nodes.iter_mut().for_each(|node| node.synced = None);
        for (link, side) in self.ends() {
            self.tell(link, side, replica::session::Input::Tick)?;
        }
        self.dial()
    }

    /// Connects what can be connected.
    pub(crate) fn dial(&mut self) -> Result<(), String> {
        for index in 0..self.links.len() {
            let link = &mut self.links[index];
            if !link.up || link.dial_at > self.now || link.nodes.iter().any(|node| self.nodes[*node].gone) {
                continue;
            }
            if link.sides.iter().any(Option::is_some) {
                // One end is gone, and the other one finds out when nothing more is on the way.
                let lost = (0..2).find(|side| link.sides[*side].is_none() && link.pipes[*side].is_empty());
                if lost.is_some() {
                    link.drop_all();
                }
                continue;
            }
            link.drop_all();
            link.blocked = [false; 2];
            for side in 0..2 {
                let (here, there) = (self.links[index].nodes[side], self.links[index].nodes[1 - side]);
                let peer = replica::session::Peer { server: self.nodes[there].server, read_only: false, retired: false };
                let node = &self.nodes[here];
                let (session, outputs) = Session::new(node.local(), peer, node.disk.standing(), node.now(self.now));
                self.links[index].sides[side] = Some(Side { session, tasks: Default::default(), greeted: false });
                self.outputs(index, side, outputs)?;
            }
        }
        Ok(())
    }

    /// What a session counts must be what a look at the whole log says.
    fn compare_counters(&mut self) -> Result<(), String> {
        let (link, side) = (self.pick(self.links.len()), self.pick(2));
        let Some(end) = &self.links[link].sides[side] else { return Ok(()) };
        let (status, known) = (end.session.status(), end.session.known());
        if status.phase != Phase::Open || status.hold.is_some() {
            return Ok(());
        }
        let node = &self.nodes[self.links[link].nodes[side]];
        let floor = node.disk.standing().floor;
        let theirs: VersionVector = known.vector();
        if !theirs.covers_all(&floor) {
            return Ok(());
        }
        let missing = node.disk.read(0, usize::MAX).into_iter().filter(|(_, entry)| !theirs.covers(&entry.dot));
        let scanned = Pending::Ops(missing.map(|(_, entry)| entry.ops.len() as u64).sum());
        self.totals.counted += 1;
        if status.outgoing == scanned {
            Ok(())
        } else {
            Err(format!("{:?} pending, but the log says {scanned:?}", status.outgoing))
        }
    }
}
