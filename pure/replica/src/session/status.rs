//! What people see of a session.

use super::{Ends, Epoch, Hold, Mode, Role, Session};
use crate::pending::Pending;

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The other side has not introduced itself.
    Greeting,
    /// The histories are being compared.
    Judging,
    /// It is decided what either side does.
    Open,
    /// It is over.
    Closed,
}

/// A session at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// How far it has come.
    pub phase: Phase,
    /// What this server does as a sender; none while that is being found out.
    pub mode: Option<Mode>,
    /// Why this server exchanges nothing.
    pub hold: Option<Hold>,
    /// What the other server does as a sender, as far as it has said.
    pub their_mode: Option<Mode>,
    /// Operations that are here and, as far as is known, not there.
    pub outgoing: Pending,
    /// Operations that are there, as far as is known, and not here.
    pub incoming: Pending,
    /// Entries that have arrived and are not stored yet.
    pub arrived: usize,
    /// When something was last heard, by the monotonic clock that the session is driven with, milliseconds.
    pub heard_at: u64,
    /// The shortest of the last round trips, milliseconds.
    pub round_trip_ms: Option<i64>,
    /// How far the other clock is ahead, milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// The other server's role, once it has introduced itself.
    pub role: Option<Role>,
    /// The newest epoch of the Main that it knows.
    pub epoch: Option<Epoch>,
    /// The version of its registry of kinds.
    pub schema: Option<u32>,
    /// Free bytes on its data disk.
    pub free_disk: Option<u64>,
}

impl Session {
    /// What the peer has, durably, as far as it has said.
    #[must_use]
    pub fn known(&self) -> &Ends {
        &self.known
    }

    /// How the session is.
    #[must_use]
    pub fn status(&self) -> Status {
        let hello = self.hello.as_deref();
        let theirs = self.pulse.theirs;
        let clock = self.pulse.clock();
        Status {
            phase: self.phase,
            mode: self.sending.mode().cloned(),
            hold: self.hold.clone(),
            their_mode: self.their_mode.clone(),
            outgoing: Pending::Ops(self.ends.beyond(&self.known)),
            incoming: Pending::Ops(self.known.beyond(&self.ends)),
            arrived: self.receiving.waiting(),
            heard_at: self.pulse.heard_at(),
            round_trip_ms: clock.map(|(round, _)| round),
            clock_offset_ms: clock.map(|(_, offset)| offset),
            role: theirs.map(|(role, ..)| role).or(hello.map(|hello| hello.role)),
            epoch: theirs.map(|(_, epoch, _)| epoch).or(hello.map(|hello| hello.epoch)),
            schema: hello.map(|hello| hello.schema),
            free_disk: theirs.and_then(|(.., free)| free),
        }
    }
}
