//! The way between two servers: two pipes, and a session at either end while it is connected.

use std::collections::VecDeque;

use domain::log::Entry;
use domain::stamp::Dot;
use replica::Evidence;
use replica::incarnation::Fork;
use replica::session::{Frame, Session, SnapshotOffer, Taking};

/// What a session waits for.
#[derive(Debug)]
pub(crate) enum Task {
    ReadLog(i64, u32),
    LookUp(Vec<Dot>),
    Apply(Vec<Entry>),
    MakeSnapshot,
    Fetch(SnapshotOffer, Taking),
    NewIncarnation(Evidence),
    Forked(Option<Fork>),
}

pub(crate) struct Side {
    pub(crate) session: Session,
    pub(crate) tasks: VecDeque<Task>,
    pub(crate) greeted: bool,
}

pub(crate) struct Link {
    pub(crate) nodes: [usize; 2],
    pub(crate) up: bool,
    /// Nothing arrives that was sent by this side.
    pub(crate) blocked: [bool; 2],
    pub(crate) sides: [Option<Side>; 2],
    /// On the way, by sender.
    pub(crate) pipes: [VecDeque<Frame>; 2],
    /// Not dialled before.
    pub(crate) dial_at: i64,
}

impl Link {
    pub(crate) fn new(nodes: [usize; 2]) -> Self {
        Self { nodes, up: true, blocked: [false; 2], sides: [None, None], pipes: Default::default(), dial_at: 0 }
    }

    /// Both ends lose the connection and all that is on the way.
    pub(crate) fn drop_all(&mut self) {
        self.sides = [None, None];
        self.pipes.iter_mut().for_each(VecDeque::clear);
    }
}
