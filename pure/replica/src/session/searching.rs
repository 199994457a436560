//! Where our own history was forked: the last number at which the peer has the same entries as we.

use domain::stamp::{Actor, Dot};

use super::{Frame, Mark, Output, Reason, Session, Want};
use crate::incarnation::Fork;

/// Places that are asked for at once: two million entries need three questions.
const PROBES: u64 = 128;

/// The histories are the same at `same` and not at `differs`.
#[derive(Clone, Debug)]
pub(super) struct Search {
    actor: Actor,
    same: u64,
    differs: u64,
    ours: Vec<(Dot, Option<Mark>)>,
}

impl Session {
    /// The peer has another entry than we at `differs`, which was ours.
    pub(super) fn begin_search(&mut self, differs: Dot) {
        if self.search.is_some() {
            return;
        }
        let Dot { actor, seq } = differs;
        // Places that one of the two no longer knows are taken as the same: they were acknowledged by everybody.
        self.search = Some(Search { actor, same: 0, differs: seq, ours: Vec::new() });
        self.probe();
    }

    fn probe(&mut self) {
        let Some(search) = &self.search else { return };
        let (actor, between) = (search.actor, search.differs - search.same - 1);
        if between == 0 {
            self.common = Some(Fork { actor, common: search.same });
            return self.rebuild_self();
        }
        let count = between.min(PROBES);
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
