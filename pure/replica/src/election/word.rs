//! What voters say to each other.

use uuid::Uuid;

use super::council::Sign;
use crate::session::Epoch;

/// One message between two servers of which either votes or leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Who leads, as far as the sender knows.
    pub lead: Epoch,
    /// The number of the last vote that the sender gave.
    pub term: u32,
    /// The council, as far as the sender knows.
    pub council: Sign,
    /// What it says.
    pub says: Says,
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The Main is there.
    Leading(Beat),
    /// The answer: it was heard, and for the time of the council's silence from now on the sender votes for nobody.
    Following(Beat),
    /// The sender led, and does no more: what was promised to it is void.
    Yielding,
    /// Would you vote for me?
    Ask {
        /// The number that the promotion would have.
        term: u32,
        /// Whether the answer binds nobody yet.
        trial: bool,
    },
    /// The answer.
    Answer {
        /// As in the question.
        term: u32,
        /// As in the question.
        trial: bool,
        /// Yes; it is durable unless it was a trial.
        granted: bool,
    },
}

/// One sign of life of the Main.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    /// Different at each start of the Main's program.
    pub run: Uuid,
    /// When it was sent, by the monotonic clock of that run, milliseconds.
    pub sent_ms: u64,
}

/// A vote. It is kept for ever, so that nobody votes twice with one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vote {
    /// The number of the promotion; 0 = never voted.
    pub term: u32,
    /// For whom.
    pub server: Uuid,
}
