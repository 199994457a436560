//! One simulated server: the machine, its disk, its clock.

use replica::election::{Council, Election, Facts, Vote};
use replica::session::Epoch;
use uuid::Uuid;

/// What survives a crash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    pub(crate) vote: Vote,
    pub(crate) lead: Epoch,
    pub(crate) council: Council,
    /// Which council it is: the number of the Main that wrote it, and its how-manieth.
    pub(crate) written: (u32, u64),
}

/// A write to the disk that is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Write {
    Vote(Vote),
    Promotion { term: u32, until_ms: u64 },
}

/// A server.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) id: Uuid,
    pub(crate) disk: Disk,
    /// None: it is not running.
    pub(crate) machine: Option<Election>,
    /// By how many thousandths its clock is fast, and what it showed at the start.
    pub(crate) rate: i64,
    pub(crate) offset: u64,
    pub(crate) writing: Option<(u64, Write)>,
    pub(crate) tick_at: u64,
    starts: u128,
}

impl Node {
    pub(crate) fn new(place: usize, disk: Disk, rate: i64) -> Self {
        let id = Uuid::from_u128(place as u128 + 1);
        let mut node = Self { id, disk, machine: None, rate, offset: 0, writing: None, tick_at: 0, starts: 0 };
        node.start(0);
        node
    }

    /// What its clock shows at this true time, both in milliseconds.
    pub(crate) fn clock(&self, now: u64) -> u64 {
        let elapsed = i64::try_from(now - self.offset.min(now)).unwrap();
        u64::try_from(elapsed + elapsed * self.rate / 1_000).unwrap()
    }

    pub(crate) fn start(&mut self, now: u64) {
        self.starts += 1;
        self.offset = now;
        self.tick_at = now;
        let run = Uuid::from_u128(self.id.as_u128() << 64 | self.starts);
        self.machine = Some(Election::new(self.id, run, self.facts(), self.disk.vote, 0));
    }

    pub(crate) fn crash(&mut self) {
        self.machine = None;
        self.writing = None;
    }

    pub(crate) fn facts(&self) -> Facts {
        let wait_ms = u64::try_from(self.id.as_u128()).unwrap() * 3_000;
        Facts { council: self.disk.council.clone(), lead: self.disk.lead, wait_ms: Some(wait_ms) }
    }

    /// Whether it takes itself for the Main that may act.
    pub(crate) fn has_duties(&self, now: u64) -> bool {
        let machine = self.machine.as_ref().filter(|machine| machine.leads() && self.disk.council.is_on());
        machine.is_some_and(|machine| machine.duties_until().is_some_and(|until| self.clock(now) < until))
    }
}
