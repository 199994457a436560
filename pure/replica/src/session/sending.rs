//! The direction from here to there: the log in its own order, without what the peer has.

use std::collections::VecDeque;

use domain::log::Entry;
use domain::stamp::{Dot, VersionVector};

use super::{Frame, Hold, MAX_FRAME_BYTES, MAX_FRAME_ENTRIES, Mark, Mode, Output, Phase, Session, SnapshotOffer, Want};
use crate::encoding::encode;

/// The sender's half.
#[derive(Clone, Debug, Default)]
pub(super) struct Sending {
    /// What it does; none while that is being found out.
    mode: Option<Mode>,
    /// The log was read up to here.
    cursor: i64,
    reading: bool,
    /// Where the log ended when the places were looked up from which the stream begins.
    from: i64,
    /// Read, not sent yet.
    backlog: VecDeque<(i64, Entry)>,
    /// What the peer has or will have when all that was sent arrives.
    sent: VersionVector,
    /// Bytes that may be sent; one entry may go beyond.
    credit: i64,
    /// A snapshot was asked for, and nothing has come of it yet.
    asked: bool,
    /// What the snapshot that the peer was offered contains.
    offered: Option<VersionVector>,
}

impl Sending {
    pub(super) fn credit(&mut self, bytes: u64) {
        self.credit = self.credit.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// What was read of the log, whose last position is `end`.
    pub(super) fn read(&mut self, entries: Vec<(i64, Entry)>, end: i64) {
        self.reading = false;
        match entries.last() {
            Some((lpos, _)) => self.cursor = *lpos,
            None => self.cursor = self.cursor.max(end),
        }
        if self.mode == Some(Mode::Stream) {
            self.backlog.extend(entries);
        }
    }

    /// The log ends at `lpos`, and places before that are being looked up.
    pub(super) fn looking_from(&mut self, lpos: i64) {
        self.from = lpos;
    }

    /// Nothing more is sent.
    pub(super) fn stop(&mut self) {
        self.mode = None;
        self.backlog.clear();
    }

    /// What it does.
    pub(super) fn mode(&self) -> Option<&Mode> {
        self.mode.as_ref()
    }

    /// What comes from the peer need not go there.
    pub(super) fn heard(&mut self, dot: Dot) {
        self.sent.raise(dot);
    }
}

impl Session {
    /// The histories fit: the stream begins after what the peer has, or a snapshot goes first.
    pub(super) fn begin_sending(&mut self, marks: &[(Dot, Option<Mark>)]) {
        if !self.known.vector().covers_all(&self.stands.floor) {
            return self.offer_snapshot();
        }
        let next = |dot: &Dot| self.known.get(&dot.actor).seq + 1 == dot.seq;
        let mut first = self.sending.from + 1;
        for (_, mark) in marks.iter().filter(|(dot, _)| next(dot)) {
            match mark {
                Some(mark) if mark.lpos > 0 => first = first.min(mark.lpos),
                // The log was cut meanwhile; the new floor will be told.
                _ => first = 0,
            }
        }
        self.sending.sent = self.known.vector();
        self.sending.cursor = (first - 1).max(0);
        self.sending.asked = false;
        self.sending.mode = Some(Mode::Stream);
        self.out.push(Output::Send(Frame::Mode(Mode::Stream)));
    }

    /// Asks for a snapshot for the peer, once.
    pub(super) fn offer_snapshot(&mut self) {
        if !std::mem::replace(&mut self.sending.asked, true) {
            self.sending.stop();
            self.sending.mode = Some(Mode::SnapshotFirst);
            self.out.push(Output::Send(Frame::Mode(Mode::SnapshotFirst)));
            self.out.push(Output::MakeSnapshot);
        }
    }

    pub(super) fn snapshot_made(&mut self, offer: SnapshotOffer) {
        self.sending.offered = Some(offer.vector.clone());
        self.out.push(Output::Send(Frame::SnapshotOffer(offer)));
    }

    /// The own database or what is known of the peer has changed.
    pub(super) fn reconsider(&mut self) {
        if self.phase != Phase::Open {
            return;
        }
        if let Some(Hold::Fork { actor, .. }) = self.hold {
            return self.reconsider_fork(actor);
        }
        let floor = &self.stands.floor;
        match self.sending.mode {
            Some(Mode::Stream) => {
                let known = self.known.vector();
                known.iter().for_each(|dot| self.sending.sent.raise(dot));
                if !self.sending.sent.covers_all(floor) {
                    self.offer_snapshot();
                }
            }
            Some(Mode::SnapshotFirst) if self.known.vector().covers_all(floor) => {
                self.sending.mode = None;
                let ahead = self.ends.iter().filter(|(actor, end)| self.known.get(actor).seq < end.seq);
                let dots = ahead.map(|(actor, _)| Dot { actor, seq: self.known.get(&actor).seq + 1 }).collect();
                self.sending.from = self.stands.lpos;
                self.look_up(Want::Locate, dots);
            }
            Some(Mode::SnapshotFirst) => {
                // The peer has taken what it was offered, but meanwhile the log was cut further, or grew by a join here.
                let known = self.known.vector();
                if self.sending.offered.take_if(|offered| known.covers_all(offered)).is_some() {
                    self.sending.asked = false;
                    self.offer_snapshot();
                }
            }
            _ => {}
        }
    }

    /// Where the stream begins after a snapshot.
    pub(super) fn located(&mut self, marks: &[(Dot, Option<Mark>)]) {
        if self.sending.mode.is_none() && self.hold.is_none() {
            self.sending.asked = false;
            self.begin_sending(marks);
        }
    }

    /// Sends what can be sent, and reads on.
    pub(super) fn send_entries(&mut self) {
        let held = matches!(self.their_mode, Some(Mode::Hold(_)));
        while self.sending.mode == Some(Mode::Stream) && !held && self.sending.credit > 0 {
            let Some((first_lpos, entries)) = self.next_frame() else { break };
            self.out.push(Output::Send(Frame::Entries { first_lpos, entries }));
        }
        let sending = &mut self.sending;
        let wants = sending.mode == Some(Mode::Stream) && !sending.reading && sending.backlog.is_empty();
        if wants && !held && sending.credit > 0 && sending.cursor < self.stands.lpos {
            sending.reading = true;
            self.out.push(Output::ReadLog { after: sending.cursor, limit: MAX_FRAME_ENTRIES as u32 });
        }
    }

    fn next_frame(&mut self) -> Option<(i64, Vec<Entry>)> {
        let (mut first, mut entries, mut bytes) = (0, Vec::new(), 0);
        while let Some((lpos, entry)) = self.sending.backlog.pop_front() {
            let have = self.sending.sent.get(&entry.dot.actor);
            if entry.dot.seq <= have {
                continue;
            }
            if entry.dot.seq > have + 1 {
                // What lies between was cut off before it was read.
                self.offer_snapshot();
                break;
            }
            let size = encode(&entry).len();
            if !entries.is_empty() && bytes + size > MAX_FRAME_BYTES {
                self.sending.backlog.push_front((lpos, entry));
                break;
            }
            if entries.is_empty() {
                first = lpos;
            }
            bytes += size;
            self.sending.sent.raise(entry.dot);
            entries.push(entry);
            if entries.len() == MAX_FRAME_ENTRIES {
                break;
            }
        }
        self.sending.credit -= i64::try_from(bytes).unwrap_or(i64::MAX);
        (!entries.is_empty()).then_some((first, entries))
    }
}
