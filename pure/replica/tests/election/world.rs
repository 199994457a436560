//! The world of simulated servers: network, disks, faults, and what must hold.

use std::collections::BTreeMap;

use replica::election::{Council, Input, Output, Word};
use replica::session::Epoch;
use uuid::Uuid;

use crate::node::{Disk, Node, Write};
use crate::random::Random;

/// A step of true time, milliseconds.
pub(crate) const STEP: u64 = 200;
/// The council's patience.
pub(crate) const PATIENCE: u64 = 20_000;
/// How long a run has faults, then how long it is left alone.
const FAULTS: u64 = 1_500_000;
const CALM: u64 = 120_000;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    None,
    /// A vote is answered when its write begins.
    AnswersBeforeSync,
    /// New voters count at once.
    ForgetsFormer,
    /// The Main does not mind that nobody hears it.
    NeverStepsDown,
}

/// What happened in the runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) promotions: u64,
    pub(crate) crashes: u64,
    pub(crate) lost_votes: u64,
    pub(crate) settled: u64,
    pub(crate) suspended: u64,
}

pub(crate) struct World<'a> {
    pub(crate) now: u64,
    pub(crate) nodes: Vec<Node>,
    pub(crate) random: Random,
    /// Cut lines, each pair with the smaller place first.
    pub(crate) cut: Vec<(usize, usize)>,
    /// Messages under way: when they come, to whom, from whom.
    mail: BTreeMap<(u64, u64), (usize, usize, Word)>,
    sent: u64,
    /// Who was promoted under each number.
    pub(crate) promoted: BTreeMap<u32, Uuid>,
    written: u64,
    mutant: Mutant,
    totals: &'a mut Totals,
}

/// One run.
pub(crate) fn run(seed: u64, mutant: Mutant, totals: &mut Totals) -> Result<(), String> {
    let mut random = Random::new(seed);
    let count = 3 + random.below(4) as usize;
    let mut world = World::new(count, 3, random, mutant, totals);
    while world.now < FAULTS {
        world.mischief()?;
        world.step()?;
    }
    world.heal();
    world.until(world.now + CALM, |_| false)?;
    world.one_leads()
}

impl<'a> World<'a> {
    pub(crate) fn new(count: usize, voters: usize, mut random: Random, mutant: Mutant, totals: &'a mut Totals) -> Self {
        let ids: Vec<Uuid> = (1..=count as u128).map(Uuid::from_u128).collect();
        let council = Council { voters: ids[..voters].to_vec(), former: Vec::new(), patience_ms: PATIENCE };
        let disk = Disk { lead: Epoch { number: 0, server: ids[0] }, council, ..Disk::default() };
        let nodes = (0..count).map(|at| Node::new(at, disk.clone(), random.below(61) as i64 - 30)).collect();
        let (cut, mail, promoted) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { now: 0, nodes, random, cut, mail, sent: 0, promoted, written: 0, mutant, totals }
    }

    pub(crate) fn until(&mut self, end: u64, done: impl Fn(&Self) -> bool) -> Result<bool, String> {
        while self.now < end {
            if done(self) {
                return Ok(true);
            }
            self.step()?;
        }
        Ok(done(self))
    }

    pub(crate) fn step(&mut self) -> Result<(), String> {
        self.now += STEP;
        while let Some(entry) = self.mail.first_entry().filter(|entry| entry.key().0 <= self.now) {
            let (to, from, word) = entry.remove();
            if self.nodes[to].machine.is_some() && self.hear_each_other(from, to) {
                // Who leads is said with every word, and counts at once.
                self.learn(to, |disk| disk.lead = disk.lead.max(word.lead))?;
                let from = self.nodes[from].id;
                self.tell(to, Input::Heard { from, word })?;
            }
        }
        for at in 0..self.nodes.len() {
            self.finish_write(at)?;
            if self.nodes[at].machine.is_some() && self.now >= self.nodes[at].tick_at {
                self.nodes[at].tick_at = self.now + 1_000;
                self.tell(at, Input::Tick)?;
                self.pass_documents(at)?;
            }
        }
        self.check()
    }

    /// Documents travel on their own, sooner or later.
    fn pass_documents(&mut self, at: usize) -> Result<(), String> {
        let with = self.random.below(self.nodes.len() as u64) as usize;
        if self.nodes[with].machine.is_none() || !self.hear_each_other(at, with) {
            return Ok(());
        }
        for (from, to) in [(at, with), (with, at)] {
            let theirs = self.nodes[from].disk.clone();
            self.learn(to, |disk| {
                disk.lead = disk.lead.max(theirs.lead);
                if theirs.written > disk.written {
                    (disk.council, disk.written) = (theirs.council, theirs.written);
                }
            })?;
        }
        Ok(())
    }

    pub(crate) fn learn(&mut self, at: usize, change: impl FnOnce(&mut Disk)) -> Result<(), String> {
        let before = (self.nodes[at].disk.lead, self.nodes[at].disk.written);
        change(&mut self.nodes[at].disk);
        let after = (self.nodes[at].disk.lead, self.nodes[at].disk.written);
        if before == after || self.nodes[at].machine.is_none() {
            return Ok(());
        }
        let facts = self.nodes[at].facts();
        self.tell(at, Input::Facts(facts))
    }

    fn tell(&mut self, at: usize, input: Input) -> Result<(), String> {
        let clock = self.nodes[at].clock(self.now);
        let Some(machine) = &mut self.nodes[at].machine else { return Ok(()) };
        for output in machine.handle(clock, input) {
            match output {
                Output::Say { to, word } => {
                    let to = to.as_u128() as usize - 1;
                    // Mostly quick, now and then very late.
                    let delay = if self.random.per_mille(20) { self.random.below(15_000) } else { self.random.below(300) };
                    self.sent += 1;
                    self.mail.insert((self.now + delay, self.sent), (to, at, word));
                }
                Output::Keep(vote) => {
                    let delay = if self.random.per_mille(200) { self.random.below(6_000) } else { self.random.below(200) };
                    self.nodes[at].writing = Some((self.now + delay, Write::Vote(vote)));
                    if self.mutant == Mutant::AnswersBeforeSync {
                        self.tell(at, Input::Kept(Ok(vote)))?;
                    }
                }
                Output::Promote { term, until_ms } => {
                    let at_end = self.now + self.random.below(300);
                    self.nodes[at].writing = Some((at_end, Write::Promotion { term, until_ms }));
                }
                Output::Settle => self.settle(at)?,
            }
        }
        Ok(())
    }

    fn finish_write(&mut self, at: usize) -> Result<(), String> {
        let Some((_, write)) = self.nodes[at].writing.filter(|(end, _)| *end <= self.now) else { return Ok(()) };
        self.nodes[at].writing = None;
        match write {
            Write::Vote(vote) => {
                if vote.term <= self.nodes[at].disk.vote.term {
                    return Err(format!("{at}: votes run backwards: {vote:?} after {:?}", self.nodes[at].disk.vote));
                }
                self.nodes[at].disk.vote = vote;
                if self.mutant == Mutant::AnswersBeforeSync { Ok(()) } else { self.tell(at, Input::Kept(Ok(vote))) }
            }
            Write::Promotion { term, until_ms } => {
                let node = &self.nodes[at];
                if node.disk.lead.number >= term || node.clock(self.now) > until_ms {
                    return self.tell(at, Input::NotPromoted);
                }
                let id = node.id;
                if let Some(other) = self.promoted.insert(term, id) {
                    return Err(format!("two promotions under {term}: {other} and {id}"));
                }
                self.totals.promotions += 1;
                self.learn(at, |disk| disk.lead = Epoch { number: term, server: id })
            }
        }
    }

    /// A Main writes other voters.
    pub(crate) fn change_council(&mut self, at: usize, voters: Vec<Uuid>) -> Result<(), String> {
        self.written += 1;
        let (written, mutant) = (self.written, self.mutant);
        self.learn(at, |disk| {
            let mut former = std::mem::take(&mut disk.council.former);
            former.push(std::mem::replace(&mut disk.council.voters, voters));
            former.retain(|set| !set.is_empty());
            disk.council.former = if mutant == Mutant::ForgetsFormer { Vec::new() } else { former };
            disk.written = (disk.lead.number, written);
        })
    }

    fn settle(&mut self, at: usize) -> Result<(), String> {
        if self.nodes[at].disk.council.former.is_empty() {
            return Ok(());
        }
        self.written += 1;
        self.totals.settled += 1;
        let written = self.written;
        self.learn(at, |disk| {
            disk.council.former.clear();
            disk.written = (disk.lead.number, written);
        })
    }

    pub(crate) fn hear_each_other(&self, one: usize, other: usize) -> bool {
        one == other || !self.cut.contains(&(one.min(other), one.max(other)))
    }

    fn check(&mut self) -> Result<(), String> {
        let mine = |node: &&Node| match self.mutant {
            Mutant::NeverStepsDown => {
                node.machine.as_ref().is_some_and(|machine| machine.leads() && machine.duties_until().is_some())
            }
            _ => node.has_duties(self.now),
        };
        let acting: Vec<Uuid> = self.nodes.iter().filter(mine).map(|node| node.id).collect();
        if acting.len() > 1 {
            return Err(format!("at {} two have the duties of the Main: {acting:?}", self.now));
        }
        let leads = self.nodes.iter().any(|node| node.machine.as_ref().is_some_and(replica::election::Election::leads));
        if leads && acting.is_empty() {
            self.totals.suspended += 1;
        }
        Ok(())
    }

    /// What may go wrong.
    fn mischief(&mut self) -> Result<(), String> {
        let count = self.nodes.len();
        let pick = |random: &mut Random| random.below(count as u64) as usize;
        if self.random.per_mille(5) {
            let all = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
            self.cut = all.collect();
            let share = self.random.below(700);
            let random = &mut self.random;
            self.cut.retain(|_| random.per_mille(share));
        }
        if self.random.per_mille(5) {
            self.cut.clear();
        }
        // The most delicate moment comes more often than it would by itself.
        let voting = |node: &Node| matches!(node.writing, Some((_, Write::Vote(_))));
        let voting = self.nodes.iter().position(voting).filter(|_| self.random.per_mille(80));
        let unlucky = voting.or_else(|| self.random.per_mille(5).then(|| pick(&mut self.random)));
        if let Some(at) = unlucky.filter(|at| self.nodes[*at].machine.is_some()) {
            self.totals.crashes += 1;
            self.totals.lost_votes += u64::from(voting.is_some());
            self.nodes[at].crash();
        }
        if self.random.per_mille(15) {
            let at = pick(&mut self.random);
            if self.nodes[at].machine.is_none() {
                let now = self.now;
                self.nodes[at].start(now);
            }
        }
        if self.random.per_mille(2) {
            let main = (0..count).find(|at| self.nodes[*at].has_duties(self.now));
            let mut ids: Vec<Uuid> = self.nodes.iter().map(|node| node.id).collect();
            while ids.len() > 3 {
                let gone = self.random.below(ids.len() as u64) as usize;
                ids.remove(gone);
            }
            if let Some(main) = main {
                self.change_council(main, ids)?;
            }
        }
        Ok(())
    }

    fn heal(&mut self) {
        self.cut.clear();
        let now = self.now;
        self.nodes.iter_mut().filter(|node| node.machine.is_none()).for_each(|node| node.start(now));
    }

    /// After a while of peace all know the same Main, and it has its duties.
    pub(crate) fn one_leads(&self) -> Result<(), String> {
        let leads: Vec<Epoch> = self.nodes.iter().map(|node| node.disk.lead).collect();
        if leads.iter().any(|lead| *lead != leads[0]) {
            return Err(format!("they do not agree about the Main: {leads:?}"));
        }
        let main = &self.nodes[leads[0].server.as_u128() as usize - 1];
        match main.has_duties(self.now) && main.disk.council.former.is_empty() {
            true => Ok(()),
            false => Err(format!("the Main {} has no duties, or the voters are not settled: {:?}", main.id, main.disk.council)),
        }
    }
}
