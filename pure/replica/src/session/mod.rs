//! The session of two servers as a machine: what was heard, read and stored goes in, what to say, read and store comes out.
//!
//! It has no clock, socket, thread or random source. One [`Session`] belongs to one connection and serves both directions. Resuming needs
//! no memory of earlier sessions: each begins with what the two databases contain. `greeting` and `judging` decide what the two are to
//! each other, `sending` and `taking` are the two directions.

mod ends;
mod frame;
mod greeting;
mod judging;
mod machine;
mod presence;
mod pulse;
mod reason;
mod searching;
mod sending;
mod status;
mod taking;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use domain::stamp::Dot;

pub use ends::{End, Ends, Mark};
pub use frame::{Epoch, Frame, Heartbeat, Hello, Mode, Role, SnapshotOffer, Versions};
pub use machine::{Alarm, Input, Local, NotApplied, Now, Output, Peer, Standing, Taking};
pub use presence::{Live, stays};
pub use reason::{Hold, Reason};
pub use status::{Phase, Status};

pub use pulse::CLOCK_ALARM_MS;
use pulse::Pulse;
use searching::Search;
use sending::Sending;
use taking::Receiving;

use crate::incarnation::Fork;

/// A heartbeat is sent this often, in milliseconds.
pub const HEARTBEAT_MS: u64 = 5_000;
/// After so long a silence the other side is given up, in milliseconds.
pub const DEAD_MS: u64 = 15_000;
/// Versions of the protocol that this program speaks.
pub const PROTOCOL: Versions = Versions { min: 1, max: 2 };
/// From this version on a server votes for the Main ([`crate::election`]).
pub const VOTES_FROM: u32 = 2;
/// Bytes of entries that may be sent to this server before it has stored them.
pub const CREDIT_BYTES: u64 = 4 * 1024 * 1024;
/// The most entries in one frame.
pub const MAX_FRAME_ENTRIES: usize = 500;
/// A frame is closed when it holds so many bytes of entries; one entry may be larger.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;
/// The most entries that are taken in by one transaction.
pub const MAX_APPLY: usize = 1_000;

/// Why places in histories are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Want {
    /// To judge the peer's histories, and to find where its stream begins.
    Judge,
    /// To answer a question of the peer.
    Answer,
    /// To find where our own history was forked.
    Search,
    /// To find where the stream begins, after a snapshot.
    Locate,
    /// To compare what a heartbeat told.
    Compare,
}

/// One connection to one other server.
#[derive(Clone, Debug)]
pub struct Session {
    local: Local,
    peer: Peer,
    stands: Standing,
    ends: Ends,
    phase: Phase,
    hello: Option<Box<Hello>>,
    /// What the peer has, durably, as far as it has said.
    known: Ends,
    /// What the peer was told of us.
    told: Ends,
    hold: Option<Hold>,
    their_mode: Option<Mode>,
    sending: Sending,
    receiving: Receiving,
    search: Option<Search>,
    /// Where our own history parts from the peer's.
    common: Option<Fork>,
    /// The state of the peer, from which we are rebuilt.
    offered: Option<SnapshotOffer>,
    looking: VecDeque<(Want, Vec<Dot>)>,
    pulse: Pulse,
    unnoted: bool,
    out: Vec<Output>,
}

impl Session {
    /// Begins a session with the server at the other end, and says hello.
    #[must_use]
    pub fn new(local: Local, peer: Peer, stands: Standing, now: Now) -> (Self, Vec<Output>) {
        let ends = Ends::of(&stands.position);
        let mut session = Self {
            told: ends.clone(),
            ends,
            local,
            peer,
            stands,
            phase: Phase::Greeting,
            hello: None,
            known: Ends::default(),
            hold: None,
            their_mode: None,
            sending: Sending::default(),
            receiving: Receiving::default(),
            search: None,
            common: None,
            offered: None,
            looking: VecDeque::new(),
            pulse: Pulse::new(now),
            unnoted: false,
            out: Vec::new(),
        };
        session.greet(now);
        let out = std::mem::take(&mut session.out);
        (session, out)
    }

    /// Takes what happened, and says what to do about it.
    pub fn handle(&mut self, now: Now, input: Input) -> Vec<Output> {
        if self.phase != Phase::Closed {
            self.take(now, input);
        }
        if self.phase != Phase::Closed {
            self.send_entries();
            self.apply_entries(now);
        }
        std::mem::take(&mut self.out)
    }

    fn take(&mut self, now: Now, input: Input) {
        match input {
            Input::Heard(frame) => {
                self.pulse.heard(now);
                self.hear(now, frame);
            }
            Input::Stands(stands) => self.stand(stands),
            Input::Facts(local) => self.local = local,
            Input::Read(entries) => self.sending.read(entries, self.stands.lpos),
            Input::LookedUp(marks) => self.looked_up(marks),
            Input::Applied(outcome) => self.applied(now, outcome),
            Input::SnapshotMade(offer) => self.snapshot_made(offer),
            Input::Joined(stands) => self.joined(stands),
            Input::SnapshotFailed(why) => self.close(Reason::Protocol(format!("the snapshot failed: {why}"))),
            Input::Tick => self.tick(now),
            Input::Stop => self.close(Reason::Stopping),
        }
    }

    fn hear(&mut self, now: Now, frame: Frame) {
        if self.phase == Phase::Greeting && !matches!(frame, Frame::Hello(_) | Frame::Bye(_)) {
            return self.close(Reason::Protocol("the first message was no hello".into()));
        }
        match frame {
            Frame::Hello(hello) if self.hello.is_none() => self.greeted(*hello),
            Frame::Hello(_) => self.close(Reason::Protocol("a second hello".into())),
            Frame::Mode(mode) => self.heard_mode(mode),
            Frame::Ask(dots) => self.look_up(Want::Answer, dots),
            Frame::Told(marks) => self.heard_marks(&marks),
            Frame::Entries { entries, .. } => self.heard_entries(entries),
            Frame::Ack(ends) => self.learn(&ends),
            Frame::Credit { bytes } => self.sending.credit(bytes),
            Frame::Heartbeat(heartbeat) => self.heard_heartbeat(now, &heartbeat),
            Frame::SnapshotOffer(offer) => self.heard_offer(offer),
            Frame::Bye(reason) => {
                self.phase = Phase::Closed;
                self.out.push(Output::Close(reason));
            }
        }
    }

    /// The own database has moved on.
    fn stand(&mut self, stands: Standing) {
        let (old, new) = (&self.stands.position, &stands.position);
        if new.actor != old.actor {
            return self.close(Reason::NewIncarnation { incarnation: new.actor.incarnation });
        }
        if !new.vector.covers_all(&old.vector) || stands.forked != self.stands.forked {
            return self.close(Reason::StartOver);
        }
        if stands.lpos < self.stands.lpos {
            return; // Told late: something newer is known already.
        }
        self.ends = Ends::of(&stands.position);
        self.stands = stands;
        self.reconsider();
    }

    /// The peer's database contains this.
    fn learn(&mut self, ends: &Ends) {
        if ends.since(&self.known).is_empty() {
            return;
        }
        self.known.raise(ends);
        self.unnoted = true;
        let mine = &self.ends;
        let other = ends.iter().find(|(actor, end)| mine.get(actor).seq == end.seq && mine.get(actor).chain != end.chain);
        if let Some((actor, end)) = other {
            return self.fork(Dot { actor, seq: end.seq });
        }
        self.reconsider();
    }

    fn look_up(&mut self, want: Want, dots: Vec<Dot>) {
        self.looking.push_back((want, dots));
        if self.looking.len() == 1 {
            self.ask_next();
        }
    }

    fn ask_next(&mut self) {
        if let Some((_, dots)) = self.looking.front() {
            self.out.push(Output::LookUp(dots.clone()));
        }
    }

    fn looked_up(&mut self, mut marks: Vec<(Dot, Option<Mark>)>) {
        // Where a history ends is known even if its last entry came with a snapshot.
        for (dot, mark) in marks.iter_mut().filter(|(_, mark)| mark.is_none()) {
            let end = self.ends.get(&dot.actor);
            *mark = (end.seq == dot.seq).then_some(Mark { lpos: 0, cum_ops: end.cum_ops, chain: end.chain });
        }
        let Some((want, _)) = self.looking.pop_front() else { return };
        match want {
            Want::Judge => self.judge(&marks),
            Want::Answer => self.out.push(Output::Send(Frame::Told(marks))),
            Want::Search => self.searched(marks),
            Want::Locate => self.located(&marks),
            Want::Compare => self.compare(&marks),
        }
        if self.phase != Phase::Closed {
            self.ask_next();
        }
    }

    fn close(&mut self, reason: Reason) {
        if self.phase != Phase::Closed {
            self.phase = Phase::Closed;
            self.note_ack();
            self.out.push(Output::Send(Frame::Bye(reason.clone())));
            self.out.push(Output::Close(reason));
        }
    }

    fn note_ack(&mut self) {
        if std::mem::take(&mut self.unnoted) {
            self.out.push(Output::NoteAck { peer: self.peer.server, vector: self.known.vector() });
        }
    }
}
