//! The end of a run: all faults are over, and the servers must come to agree by themselves.

use std::collections::BTreeMap;

use domain::stamp::Actor;
use replica::pending::Pending;
use replica::session::{Hold, Input};

use super::disk::{Disk, KIND};
use super::node::{Node, SCHEMA};
use super::world::World;

/// Seconds until they must agree.
const PATIENCE: usize = 400;
/// After so many seconds people decide where servers cannot.
const DECISION: usize = 40;

impl<D: Disk> World<'_, D> {
    pub(crate) fn heal(&mut self) -> Result<(), String> {
        self.totals.version_holds += self.holds().iter().filter(|hold| matches!(hold, Hold::Schema { .. })).count() as u64;
        self.switch_off_copies()?;
        for node in &mut self.nodes {
            node.disk.settle();
            node.synced = None;
            node.full = false;
            if node.schema != SCHEMA {
                node.schema = SCHEMA;
                node.boots += 1;
            }
        }
        let copies: Vec<bool> = self.links.iter().map(|link| link.nodes.iter().any(|node| self.nodes[*node].gone)).collect();
        for (link, copy) in self.links.iter_mut().zip(copies) {
            link.up = !copy;
            link.blocked = [false; 2];
            link.drop_all();
        }
        for second in 0..PATIENCE {
            self.now += 1_000;
            for (link, side) in self.ends() {
                self.tell(link, side, Input::Tick)?;
            }
            self.dial()?;
            self.settle()?;
            if self.agreed() {
                return Ok(());
            }
            if second > 0 && second % DECISION == 0 {
                self.decide()?;
            }
        }
        Err(format!("no agreement after {PATIENCE} s: {:?}{}", self.holds(), self.stand_offs()))
    }

    /// Everything that is on the way arrives, and everything that waits is done.
    fn settle(&mut self) -> Result<(), String> {
        let mut moved = true;
        while moved {
            moved = false;
            for (link, side) in self.ends() {
                while self.arrive(link, side, false)? {
                    moved = true;
                }
                while self.work(link, side)? {
                    moved = true;
                }
            }
        }
        Ok(())
    }

    fn agreed(&self) -> bool {
        let first = &self.nodes[0].disk.standing().position;
        let same = |disk: &D| {
            let position = disk.standing().position;
            position.vector == first.vector && position.heads == first.heads
        };
        let mut sessions = self.links.iter().flat_map(|link| &link.sides).flatten().map(|end| end.session.status());
        let counted = sessions.all(|status| (status.outgoing, status.incoming) == (Pending::Ops(0), Pending::Ops(0)));
        counted
            && self.nodes.iter().filter(|node| !node.gone).all(|node| same(&node.disk) && node.disk.standing().forked.is_none())
    }

    /// Who has what, to read when a run fails.
    fn stand_offs(&self) -> String {
        let mut text = String::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let stands = node.disk.standing();
            let short = |dot: domain::stamp::Dot| (dot.actor.server.as_u128(), dot.actor.incarnation, dot.seq);
            let has: Vec<_> = stands.position.vector.iter().map(short).collect();
            let floor: Vec<_> = stands.floor.iter().map(short).collect();
            text += &format!("\n{index} gone {} has {has:?} floor {floor:?} forked {:?}", node.gone, stands.forked);
        }
        for link in &self.links {
            for (side, end) in link.sides.iter().enumerate() {
                let status = end.as_ref().map(|end| end.session.status());
                let status = status.map(|s| (s.phase, s.mode, s.their_mode, s.hold, s.outgoing, s.incoming));
                text += &format!("\n{:?} side {side} {status:?}", link.nodes);
            }
        }
        text
    }

    fn holds(&self) -> Vec<Hold> {
        let ends = self.links.iter().flat_map(|link| &link.sides).flatten();
        ends.filter_map(|end| end.session.status().hold).collect()
    }

    /// The actor whose histories differ between two servers.
    pub(crate) fn forked_between(&self, right: usize, wrong: usize) -> Option<Actor> {
        let (links, nodes) = (&self.links, [right, wrong]);
        let between = links.iter().filter(|link| nodes.contains(&link.nodes[0]) && nodes.contains(&link.nodes[1]));
        let ends = between.flat_map(|link| &link.sides).flatten();
        ends.filter_map(|end| end.session.status().hold).find_map(|hold| match hold {
            Hold::Fork { actor, .. } => Some(actor),
            _ => None,
        })
    }

    /// What people decide: that lost entries will not come back, and which of two servers is right.
    fn decide(&mut self) -> Result<(), String> {
        for at in 0..self.nodes.len() {
            let stands = self.nodes[at].disk.standing();
            let Some(fork) = stands.forked.filter(|_| !self.nodes[at].gone) else { continue };
            let end = |node: &Node<D>| node.disk.standing().position.vector.get(&fork.actor);
            let others = self.nodes.iter().enumerate().filter(|(index, node)| *index != at && !node.gone);
            if others.map(|(_, node)| end(node)).max().unwrap_or(0) <= end(&self.nodes[at]) {
                self.totals.administered += 1;
                self.nodes[at].disk.incarnate(stands.position.actor, None);
                return self.moved(at, None);
            }
        }
        for index in 0..self.links.len() {
            let [right, wrong] = self.links[index].nodes;
            if self.forked_between(right, wrong).is_some() {
                return self.administer(right, wrong);
            }
        }
        Ok(())
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        let first = &self.nodes[0];
        let rows = first.disk.rows();
        for node in self.nodes[1..].iter().filter(|node| !node.gone) {
            if node.disk.rows() != rows {
                return Err("diverged: documents differ after healing".into());
            }
            if node.disk.digest() != first.disk.digest() {
                return Err("digests differ after healing".into());
            }
            if node.history != first.history {
                return Err("histories differ after healing".into());
            }
        }
        let mut digest: BTreeMap<u16, u128> = BTreeMap::new();
        for (id, row) in &rows {
            let sum = digest.entry(replica::digest::bucket(*id)).or_default();
            *sum = sum.wrapping_add(replica::digest::summand(KIND, *id, row));
        }
        digest.retain(|_, sum| *sum != 0);
        if digest != first.disk.digest() {
            return Err("the digest is not that of the documents".into());
        }
        self.oracle.check(&first.history, &rows)
    }
}
