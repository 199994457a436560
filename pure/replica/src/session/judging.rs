//! Whether the two databases have the same histories, as far as both reach.

use domain::stamp::{Actor, Dot};

use super::{Frame, Hello, Hold, Mark, Mode, Output, Phase, Reason, Session, SnapshotOffer, Standing, Taking, Want};
use crate::incarnation::Evidence;

/// A history of the peer that is another one than ours, or goes further than its owner's.
fn other_history(session: &Session, hello: &Hello, marks: &[(Dot, Option<Mark>)]) -> Option<Dot> {
    let ends = hello.ends.iter().map(|(actor, end)| (Dot { actor, seq: end.seq }, end.chain));
    ends.into_iter().find_map(|(dot, chain)| {
        let mine = session.ends.get(&dot.actor);
        let here = if mine.seq == dot.seq {
            Some(mine.chain)
        } else {
            marks.iter().find(|(at, _)| *at == dot).and_then(|(_, mark)| mark.map(|mark| mark.chain))
        };
        (dot.seq > 0 && here.is_some_and(|here| here != chain)).then_some(dot)
    })
}

impl Session {
    /// The places at which the peer's histories end have been looked up here.
    pub(super) fn judge(&mut self, marks: &[(Dot, Option<Mark>)]) {
        let Some(hello) = self.hello.clone() else { return };
        let (me, them) = (self.stands.position.actor, hello.actor);
        let other = other_history(self, &hello, marks);
        self.phase = Phase::Open;
        let own = hello.ends.iter().filter(|(actor, _)| actor.server == me.server).last();
        if let Some(known) = own.map(|(actor, end)| Dot { actor, seq: end.seq }) {
            let more = known.actor > me || known.actor == me && known.seq > self.ends.get(&me).seq;
            if more || other.is_some_and(|dot| dot.actor == me) {
                return self.rolled_back(known);
            }
        }
        let said = self.their_mode.as_ref().and_then(|mode| match mode {
            Mode::Hold(Hold::Fork { actor, seq }) => Some(Dot { actor: *actor, seq: *seq }),
            _ => None,
        });
        if let Some(dot) = other.or(said) {
            return self.fork(dot);
        }
        if let Some(fork) = self.stands.forked {
            // Only a server with the lost entries can tell whether ours are the same so far, and before that nothing may get out.
            self.hold(Hold::Rebuilding { actor: fork.actor });
            let end = self.ends.get(&fork.actor).seq;
            if hello.ends.get(&fork.actor).seq > end {
                self.begin_search(Dot { actor: fork.actor, seq: end + 1 });
            }
            return;
        }
        let known = Dot { actor: them, seq: self.ends.get(&them).seq };
        if known.seq > hello.ends.get(&them).seq {
            return self.hold(Hold::RolledBack { known });
        }
        if let Some(fork) = hello.forked {
            return self.hold(Hold::Rebuilding { actor: fork.actor });
        }
        if let Some(hold) = self.skew(&hello) {
            return self.hold(hold);
        }
        self.begin_sending(marks);
    }

    pub(super) fn hold(&mut self, hold: Hold) {
        if self.hold.as_ref() != Some(&hold) {
            self.sending.stop();
            self.out.push(Output::Send(Frame::Mode(Mode::Hold(hold.clone()))));
            self.hold = Some(hold);
        }
    }

    /// The peer knows that this server wrote up to `known`, and it does not.
    fn rolled_back(&mut self, known: Dot) {
        let actor = self.stands.position.actor;
        self.hold(Hold::RolledBack { known });
        let had = self.ends.get(&actor).seq;
        self.out.push(Output::NewIncarnation(Evidence::PeerKnowsMore { actor, had, known }));
    }

    /// The peer has another entry at `dot`.
    pub(super) fn fork(&mut self, dot: Dot) {
        if matches!(self.hold, Some(Hold::Fork { .. } | Hold::RolledBack { .. })) {
            return;
        }
        let me = self.stands.position.actor;
        if dot.actor == me {
            return self.rolled_back(dot);
        }
        self.hold(Hold::Fork { actor: dot.actor, seq: dot.seq });
        if dot.actor.server == me.server {
            return self.begin_search(dot);
        }
        self.reconsider_fork(dot.actor);
    }

    /// Of two servers with different histories of an actor, the one that knows the actor's next incarnation is right: it was begun beside
    /// this history. The other one is rebuilt from it.
    pub(super) fn reconsider_fork(&mut self, actor: Actor) {
        let Some(hello) = &self.hello else { return };
        let newer = |ends: &super::Ends| ends.iter().any(|(a, _)| a.server == actor.server && a.incarnation > actor.incarnation);
        let they_ask = hello.forked.is_some_and(|fork| fork.actor == actor);
        let own = actor.server == self.stands.position.actor.server;
        let we_are_right = !own && self.stands.forked.is_none() && (they_ask || newer(&self.ends) && !newer(&self.known));
        if we_are_right {
            self.offer_snapshot();
        }
    }

    /// The peer says what it does as a sender.
    pub(super) fn heard_mode(&mut self, mode: Mode) {
        self.their_mode = Some(mode.clone());
        let Mode::Hold(Hold::Fork { actor, seq }) = mode else { return };
        // It looked where we could not. Our own history is searched, others wait for the one who is right.
        if self.phase == Phase::Open {
            self.fork(Dot { actor, seq });
        }
    }

    pub(super) fn heard_offer(&mut self, offer: SnapshotOffer) {
        if self.peer.read_only {
            return self.close(Reason::ReadOnly { server: self.peer.server });
        }
        let how = match &self.hold {
            Some(Hold::Fork { actor, .. }) if actor.server == self.stands.position.actor.server => {
                // First it must be known from where on our own entries are issued anew.
                self.offered = Some(offer);
                return self.rebuild_self();
            }
            Some(Hold::Fork { actor, .. }) => Taking::Rebuild { actor: *actor },
            None | Some(Hold::DiskFull | Hold::Unavailable) => Taking::Join,
            Some(_) => return,
        };
        self.out.push(Output::Fetch { offer, how });
    }

    /// Where our own history parts from the peer's is known, and the peer's state may have been offered.
    pub(super) fn rebuild_self(&mut self) {
        let Some(common) = self.common else { return };
        if common.common == self.ends.get(&common.actor).seq {
            return self.out.push(Output::Forked(None));
        }
        match self.stands.forked {
            Some(fork) if fork.actor == common.actor && fork.common <= common.common => {
                if let Some(offer) = self.offered.take() {
                    self.out.push(Output::Fetch { offer, how: Taking::Rebuild { actor: fork.actor } });
                }
            }
            _ => self.out.push(Output::Forked(Some(common))),
        }
    }

    /// The snapshot was taken in.
    pub(super) fn joined(&mut self, stands: Standing) {
        self.stand(stands);
        self.send_ack();
    }

    /// Looks at what a heartbeat told about places that lie behind us.
    pub(super) fn compare(&mut self, marks: &[(Dot, Option<Mark>)]) {
        let known = &self.known;
        let at = |dot: &Dot| Some(known.get(&dot.actor)).filter(|end| end.seq == dot.seq);
        let other = marks.iter().find(|(dot, mark)| at(dot).zip(*mark).is_some_and(|(end, mark)| end.chain != mark.chain));
        if let Some((dot, _)) = other {
            self.fork(*dot);
        }
    }

    /// Compares histories that the peer has shorter than we.
    pub(super) fn compare_later(&mut self, before: &super::Ends) {
        let grown = self.known.since(before);
        let behind = |actor: &Actor, seq: u64| seq < self.ends.get(actor).seq && seq > self.stands.floor.get(actor);
        let dots: Vec<Dot> =
            grown.iter().filter(|(a, e)| behind(a, e.seq)).map(|(actor, end)| Dot { actor, seq: end.seq }).collect();
        if !dots.is_empty() {
            self.look_up(Want::Compare, dots);
        }
    }
}
