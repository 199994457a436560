//! What goes wrong in a run.

use replica::Evidence;
use replica::incarnation::next;
use replica::session::Taking;

use super::Mutant;
use super::disk::Disk;
use super::link::Link;
use super::world::World;

const DAY_MS: i64 = 86_400_000;

impl<D: Disk> World<'_, D> {
    pub(crate) fn fault(&mut self, at: usize, choice: u64) -> Result<(), String> {
        let link = self.pick(self.links.len());
        self.note(|| format!("server {at} or link {link}: fault {choice}"));
        match choice {
            910..=924 => {
                self.links[link].up ^= true;
                self.links[link].drop_all();
            }
            925..=934 => {
                let side = self.pick(2);
                self.links[link].blocked[side] ^= true;
            }
            935..=949 => self.crash(at)?,
            950..=957 => self.nodes[at].backup = Some((self.nodes[at].disk.copy(), self.nodes[at].history.clone())),
            958..=963 => self.roll_back(at)?,
            964..=965 => self.copy(at),
            966..=968 => self.switch_off_copies()?,
            969..=973 => self.nodes[at].skew += [DAY_MS, -DAY_MS, 3_000, -3_000][link % 4],
            974..=985 => {
                let count = self.pick(20);
                self.nodes[at].disk.cut(count);
                self.moved(at, None)?;
            }
            986..=993 => {
                self.nodes[at].full ^= true;
                self.totals.full += 1;
            }
            _ => self.dial()?,
        }
        Ok(())
    }

    /// The program ends at once: sessions and what waits for the disk are gone.
    fn crash(&mut self, at: usize) -> Result<(), String> {
        self.totals.crashes += 1;
        if let Some((disk, history)) = self.nodes[at].synced.take() {
            self.nodes[at].disk = disk;
            self.nodes[at].history = history;
        }
        self.restart(at);
        self.dial()
    }

    fn restart(&mut self, at: usize) {
        self.nodes[at].boots += 1;
        let links = self.links.iter_mut().filter(|link| link.nodes.contains(&at));
        links.for_each(Link::drop_all);
    }

    /// The disk goes back to a backup; in half of the cases somebody says so.
    fn roll_back(&mut self, at: usize) -> Result<(), String> {
        if !self.harsh && self.totals.rollbacks > 0 {
            return Ok(());
        }
        let Some((disk, history)) = self.nodes[at].backup.take() else { return Ok(()) };
        self.totals.rollbacks += 1;
        let node = &mut self.nodes[at];
        node.suspect = true;
        node.synced = None;
        node.disk = disk;
        let before = std::mem::replace(&mut node.history, history);
        self.restart(at);
        self.excuse(&before);
        if self.random.per_mille(500) && self.mutant != Mutant::NoIncarnation {
            let stands = self.nodes[at].disk.standing();
            let evidence = Evidence::Restored { actor: stands.position.actor };
            let (actor, _) = next(&evidence, stands.position.actor, &stands.position.vector).ok_or("not the current actor")?;
            self.nodes[at].disk.incarnate(actor, stands.forked);
        } else {
            self.nodes[at].quiet = !self.harsh && self.mutant != Mutant::NoIncarnation;
        }
        Ok(())
    }

    /// A copy of a server's disk is put into operation beside it.
    fn copy(&mut self, at: usize) {
        let peers: Vec<usize> =
            self.links.iter().filter(|link| link.nodes.contains(&at)).map(|link| link.nodes[0] + link.nodes[1] - at).collect();
        if self.nodes[at].suspect || peers.is_empty() {
            return;
        }
        self.totals.clones += 1;
        self.nodes[at].suspect = true;
        let copy = self.nodes[at].copy();
        let peer = peers[self.pick(peers.len())];
        self.nodes.push(copy);
        self.links.push(Link::new([peer, self.nodes.len() - 1]));
    }

    pub(crate) fn switch_off_copies(&mut self) -> Result<(), String> {
        for index in 0..self.nodes.len() {
            let first = self.nodes.iter().position(|node| node.server == self.nodes[index].server);
            if first == Some(index) || self.nodes[index].gone {
                continue;
            }
            self.nodes[index].gone = true;
            self.restart(index);
            self.links.iter_mut().filter(|link| link.nodes.contains(&index)).for_each(|link| link.up = false);
            let before = std::mem::take(&mut self.nodes[index].history);
            self.excuse(&before);
        }
        Ok(())
    }

    /// Edits of `before` that no server has any more went down with a disk.
    pub(crate) fn excuse(&mut self, before: &super::node::History) {
        let kept = |number: &u64| self.nodes.iter().any(|node| !node.gone && node.history.contains(number));
        let lost: Vec<u64> = before.iter().copied().filter(|number| !kept(number)).collect();
        self.totals.excused += lost.len() as u64;
        self.oracle.excuse(lost);
    }

    /// What people do when servers cannot agree by themselves: they name the server that is right.
    pub(crate) fn administer(&mut self, right: usize, wrong: usize) -> Result<(), String> {
        self.totals.administered += 1;
        let actor = self.forked_between(right, wrong).ok_or("nothing to decide")?;
        let snapshot = (self.nodes[right].disk.snapshot(), self.nodes[right].history.clone());
        self.snapshots.push(snapshot);
        self.take_snapshot(wrong, self.snapshots.len() - 1, Taking::Rebuild { actor })?;
        self.moved(wrong, None)
    }
}
