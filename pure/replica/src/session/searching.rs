//! Where our own history was forked: the last number at which the peer has the same entries as we.

use domain::stamp::Dot;

use super::{Frame, Mark, Output, Reason, Session, Want};
use crate::incarnation::{Evidence, Fork};

/// Places that are asked for at once: two million entries need three questions.
const PROBES: u64 = 128;

/// The histories are the same at `same` and not at `differs`.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// The last of our entries that the peer has, maybe of a later incarnation.
    known: Dot,
    same: u64,
    differs: u64,
    ours: Vec<(Dot, Option<Mark>)>,
}

impl Session {
    /// The peer has our own entries up to `known`: more than we have, or other ones.
    pub(super) fn begin_search(&mut self, known: Dot) {
        if self.search.is_some() {
            return;
        }
        let me = self.stands.position.actor;
        let end = self.ends.get(&me).seq.min(self.known.get(&me).seq);
        // What is no longer in the log was acknowledged by everybody, and is taken as the same.
        let same = self.stands.floor.get(&me).min(end);
        self.search = Some(Search { known, same, differs: end + 1, ours: Vec::new() });
        self.probe();
    }

    fn probe(&mut self) {
        let Some(search) = &self.search else { return };
        let (actor, between) = (self.stands.position.actor, search.differs - search.same - 1);
        if between == 0 {
            // Beyond what is the same the peer has other entries than we: also than those that we write until this is dealt with.
            let evidence = if self.known.get(&actor).seq > search.same {
                Evidence::OtherHistory { fork: Fork { actor, common: search.same }, known: search.known }
            } else {
                Evidence::PeerKnowsMore { actor, known: search.known }
            };
            return self.out.push(Output::NewIncarnation(evidence));
        }
        let count = between.min(PROBES);
        // The first question asks for the very end too: usually nothing differs.
        let places = (1..=count).map(|n| search.same + n * between / count);
        let dots = places.map(|seq| Dot { actor, seq }).collect();
        self.look_up(Want::Search, dots);
    }

    /// Our side of the probes.
    pub(super) fn searched(&mut self, marks: Vec<(Dot, Option<Mark>)>) {
        if let Some(search) = &mut self.search {
            self.out.push(Output::Send(Frame::Ask(marks.iter().map(|(dot, _)| *dot).collect())));
            search.ours = marks;
        }
    }

    /// The peer's side of the probes.
    pub(super) fn heard_marks(&mut self, theirs: &[(Dot, Option<Mark>)]) {
        let Some(search) = &mut self.search else { return };
        if !search.ours.iter().map(|(dot, _)| dot).eq(theirs.iter().map(|(dot, _)| dot)) {
            return self.close(Reason::Protocol("an answer to another question".into()));
        }
        for ((dot, ours), (_, theirs)) in search.ours.drain(..).zip(theirs) {
            let differs = ours.zip(*theirs).is_some_and(|(ours, theirs)| ours.chain != theirs.chain);
            if differs {
                search.differs = search.differs.min(dot.seq);
                break;
            }
            search.same = search.same.max(dot.seq);
        }
        self.probe();
    }
}
