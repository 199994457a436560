//! What sessions ask of their server's disk and network.

use replica::incarnation::next;
use replica::session::{Alarm, Frame, Input, Live, NotApplied, Output, Reason, SnapshotOffer, Taking, stays};

use super::Mutant;
use super::disk::Disk;
use super::link::Task;
use super::world::World;

impl<D: Disk> World<'_, D> {
    /// Tells the session at one end of a link.
    pub(crate) fn tell(&mut self, link: usize, side: usize, input: Input) -> Result<(), String> {
        let now = self.nodes[self.links[link].nodes[side]].now(self.now);
        let Some(end) = &mut self.links[link].sides[side] else { return Ok(()) };
        let outputs = end.session.handle(now, input);
        self.outputs(link, side, outputs)
    }

    pub(crate) fn outputs(&mut self, link: usize, side: usize, outputs: Vec<Output>) -> Result<(), String> {
        let at = self.links[link].nodes[side];
        for output in outputs {
            self.trace(link, side, &output);
            let task = match output {
                Output::Send(frame) => {
                    self.links[link].pipes[side].push_back(frame);
                    continue;
                }
                Output::NoteAck { peer, vector } => {
                    let other = self.links[link].nodes[1 - side];
                    assert_eq!(self.nodes[other].server, peer);
                    let holds = self.nodes[other].disk.standing().position.vector.covers_all(&vector);
                    if !holds && !self.nodes.iter().any(|node| node.suspect) {
                        return Err(format!("server {other} acknowledged what it does not have"));
                    }
                    continue;
                }
                Output::Alarm(Alarm::Clock { .. }) => {
                    self.totals.clock_alarms += 1;
                    continue;
                }
                Output::Alarm(alarm) => return Err(format!("server {at}: {alarm:?}")),
                Output::Close(reason) => {
                    if let (Reason::Protocol(what), false) = (&reason, self.links[link].sides[side].is_none()) {
                        return Err(format!("server {at} ends a session: {what}"));
                    }
                    self.links[link].sides[side] = None;
                    self.links[link].dial_at = self.now + 1_000;
                    continue;
                }
                Output::ReadLog { after, limit } => Task::ReadLog(after, limit),
                Output::LookUp(dots) => Task::LookUp(dots),
                Output::Apply(entries) => Task::Apply(entries),
                Output::MakeSnapshot => Task::MakeSnapshot,
                Output::Fetch { offer, how } => Task::Fetch(offer, how),
                Output::NewIncarnation(evidence) => {
                    if !self.nodes[at].suspect {
                        return Err(format!("server {at} was never set back, but: {evidence:?}"));
                    }
                    Task::NewIncarnation(evidence)
                }
                Output::Forked(fork) => Task::Forked(fork),
            };
            if let Some(end) = &mut self.links[link].sides[side] {
                end.tasks.push_back(task);
            }
        }
        Ok(())
    }

    /// Does the oldest thing that the session at one end waits for. Returns whether there was one.
    pub(crate) fn work(&mut self, link: usize, side: usize) -> Result<bool, String> {
        let at = self.links[link].nodes[side];
        let Some(task) = self.links[link].sides[side].as_mut().and_then(|end| end.tasks.pop_front()) else { return Ok(false) };
        let wall_ms = self.nodes[at].now(self.now).wall_ms;
        let mutant = self.mutant;
        let node = &mut self.nodes[at];
        match task {
            Task::ReadLog(after, limit) => {
                let entries = node.disk.read(after, limit as usize);
                self.tell(link, side, Input::Read(entries))?;
            }
            Task::LookUp(dots) => {
                let marks = node.disk.marks(&dots);
                self.tell(link, side, Input::LookedUp(marks))?;
            }
            Task::Apply(_) if node.full => self.tell(link, side, Input::Applied(Err(NotApplied::Full)))?,
            Task::Apply(entries) => {
                node.before_write(mutant);
                if let Err(error) = node.disk.apply(&entries, wall_ms) {
                    return self.tell(link, side, Input::Applied(Err(error))).map(|()| true);
                }
                node.history.extend(entries.iter().filter_map(|entry| entry.request).map(|id| id.as_u128() as u64));
                self.totals.applied += entries.len() as u64;
                let stands = self.nodes[at].disk.standing();
                self.tell(link, side, Input::Applied(Ok(stands)))?;
                self.moved(at, Some((link, side)))?;
            }
            Task::MakeSnapshot => {
                let snapshot = (node.disk.snapshot(), node.history.clone());
                let mut hash = [0; 32];
                hash[..8].copy_from_slice(&(self.snapshots.len() as u64).to_be_bytes());
                let vector = self.nodes[at].disk.standing().position.vector.clone();
                self.snapshots.push(snapshot);
                let offer = SnapshotOffer { hash, bytes: 1, rows: 1, vector };
                self.tell(link, side, Input::SnapshotMade(offer))?;
            }
            Task::Fetch(offer, how) => {
                let index = u64::from_be_bytes(offer.hash[..8].try_into().expect("8 bytes")) as usize;
                self.take_snapshot(at, index, how)?;
                let stands = self.nodes[at].disk.standing();
                self.tell(link, side, Input::Joined(stands))?;
                self.moved(at, Some((link, side)))?;
            }
            Task::NewIncarnation(evidence) => {
                let stands = node.disk.standing();
                let next = next(&evidence, stands.position.actor, &stands.position.vector);
                if let Some((actor, fork)) = next.filter(|_| mutant != Mutant::NoIncarnation) {
                    node.disk.incarnate(actor, fork.or(stands.forked));
                    node.quiet = false;
                    self.totals.incarnations += 1;
                    self.moved(at, None)?;
                }
            }
            Task::Forked(fork) => {
                let actor = node.disk.standing().position.actor;
                node.disk.incarnate(actor, fork);
                self.totals.forks += u64::from(fork.is_some());
                self.moved(at, None)?;
            }
        }
        Ok(true)
    }

    pub(crate) fn take_snapshot(&mut self, at: usize, index: usize, how: Taking) -> Result<(), String> {
        let mutant = self.mutant;
        let node = &mut self.nodes[at];
        let wall_ms = node.now(self.now).wall_ms;
        node.before_write(mutant);
        let (snapshot, history) = &self.snapshots[index];
        node.disk.take(snapshot, how, wall_ms);
        match how {
            Taking::Join => {
                node.history.extend(history);
                self.totals.joins += 1;
            }
            Taking::Rebuild { .. } => {
                let own = node.disk.read(0, usize::MAX);
                let mut kept = history.clone();
                kept.extend(own.iter().filter_map(|(_, entry)| entry.request).map(|id| id.as_u128() as u64));
                let before = std::mem::replace(&mut node.history, kept);
                // What could not stand as it was has new numbers.
                node.suspect = true;
                self.totals.rebuilds += 1;
                self.excuse(&before);
            }
        }
        Ok(())
    }

    /// A server's database has changed: its other sessions hear of it.
    pub(crate) fn moved(&mut self, at: usize, but: Option<(usize, usize)>) -> Result<(), String> {
        for link in 0..self.links.len() {
            for side in 0..2 {
                if self.links[link].nodes[side] == at && self.links[link].sides[side].is_some() && but != Some((link, side)) {
                    let stands = self.nodes[at].disk.standing();
                    self.tell(link, side, Input::Stands(stands))?;
                }
            }
        }
        Ok(())
    }

    /// The oldest message that was sent by one end arrives at the other; `again`: it will arrive once more.
    pub(crate) fn arrive(&mut self, link: usize, side: usize, again: bool) -> Result<bool, String> {
        let Some(frame) = self.links[link].pipes[side].pop_front() else { return Ok(false) };
        let repeatable = matches!(frame, Frame::Entries { .. } | Frame::Ack(_) | Frame::Heartbeat(_));
        if again && repeatable {
            self.links[link].pipes[side].push_front(frame.clone());
            self.totals.repeated += 1;
        }
        if let (Frame::Hello(hello), Some(end)) = (&frame, &mut self.links[link].sides[1 - side]) {
            end.greeted = true;
            let (now, at) = (self.now as u64, self.links[link].nodes[1 - side]);
            let second = Live::new(hello, hello.actor.server, now);
            if self.clone_of_live(at, link, &second) {
                self.totals.clones_refused += 1;
                self.links[link].drop_all();
                self.links[link].dial_at = self.now + 5_000;
                return Ok(true);
            }
        }
        self.tell(link, 1 - side, Input::Heard(frame))?;
        Ok(true)
    }

    fn clone_of_live(&self, at: usize, but: usize, second: &Live) -> bool {
        self.links.iter().enumerate().any(|(index, link)| {
            let Some(side) = link.nodes.iter().position(|node| *node == at) else { return false };
            let other = &self.nodes[link.nodes[1 - side]];
            let Some(end) = link.sides[side].as_ref().filter(|end| end.greeted) else { return false };
            let first = Live {
                actor: second.actor,
                boot_nonce: other.local().boot_nonce,
                dialled_by: second.dialled_by,
                heard_at: end.session.status().heard_at,
            };
            index != but && other.server == second.actor.server && stays(&first, second).is_err()
        })
    }
}
