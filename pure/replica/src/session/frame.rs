//! What servers say to each other, in terms of this crate. How it looks as bytes is the matter of the `control` crate.

use domain::log::Entry;
use domain::stamp::{Actor, Dot, VersionVector};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ends::{Ends, Mark};
use super::reason::{Hold, Reason};
use crate::incarnation::Fork;

/// One message of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The first message of either side.
    Hello(Box<Hello>),
    /// What the sender of this message will do; said once after the handshake and again whenever it changes.
    Mode(Mode),
    /// What do you know of these places in histories? Asked to find where two histories part.
    Ask(Vec<Dot>),
    /// The answer, in the order of the question; none for places that are no longer in the log.
    Told(Vec<(Dot, Option<Mark>)>),
    /// Entries in the order of the sender's log.
    Entries {
        /// Position of the first in the sender's log.
        first_lpos: i64,
        /// At least one.
        entries: Vec<Entry>,
    },
    /// Since the last such message these histories have become longer in the sender's database. They are durable.
    Ack(Ends),
    /// So many more bytes of entries may be sent, counted as [`crate::encoding::encode`] writes them.
    Credit {
        /// Bytes.
        bytes: u64,
    },
    /// A sign of life with all that is compared.
    Heartbeat(Box<Heartbeat>),
    /// The sender's state may be fetched, to be joined before the stream begins.
    SnapshotOffer(SnapshotOffer),
    /// The end, with the reason.
    Bye(Reason),
}

/// How a server introduces itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Hello {
    /// The installation that it belongs to.
    pub installation: Uuid,
    /// Who it is: server and incarnation.
    pub actor: Actor,
    /// Different at each start of the program: tells a clone from a return.
    pub boot_nonce: Uuid,
    /// Versions of this protocol that it speaks.
    pub protocol: Versions,
    /// Version of its registry of kinds.
    pub schema: u32,
    /// Its role.
    pub role: Role,
    /// The newest epoch of the Main that it knows.
    pub epoch: Epoch,
    /// What it has.
    pub ends: Ends,
    /// What of that is no longer in its log.
    pub floor: VersionVector,
    /// A history of its own that must be rebuilt, because other servers have another one.
    pub forked: Option<Fork>,
    /// Bytes of entries that may be sent to it at once.
    pub credit: u64,
    /// Its wall clock, Unix milliseconds.
    pub time_ms: i64,
}

/// A range of versions, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Oldest.
    pub min: u32,
    /// Newest.
    pub max: u32,
}

impl Versions {
    /// The newest version that both speak.
    #[must_use]
    pub fn common(self, other: Self) -> Option<u32> {
        let newest = self.max.min(other.max);
        (newest >= self.min.max(other.min)).then_some(newest)
    }
}

/// What a server is in its installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has the duties that only one server can have.
    #[default]
    Main,
    /// Serves a place, and follows Main.
    Sub,
    /// Stands in for another server.
    Backup,
}

/// Counts the changes of the Main. The larger one holds, so that even two promotions at once have an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch {
    /// Counts promotions.
    pub number: u32,
    /// Who was promoted.
    pub server: Uuid,
}

/// What a server does as a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It sends entries as they come.
    Stream,
    /// It offers its state first: its log no longer reaches back far enough.
    SnapshotFirst,
    /// It neither sends nor takes entries.
    Hold(Hold),
}

/// A sign of life, sent every [`super::HEARTBEAT_MS`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heartbeat {
    /// What the sender has.
    pub ends: Ends,
    /// Sum of its digest over everything: equal ends must mean equal sums.
    pub digest: u128,
    /// The sender's wall clock when it sent this, Unix milliseconds.
    pub sent_ms: i64,
    /// `sent_ms` of the last heartbeat that it got; 0 if none.
    pub echo_ms: i64,
    /// How long it has kept that, milliseconds.
    pub kept_ms: u64,
    /// Its role.
    pub role: Role,
    /// The newest epoch of the Main that it knows.
    pub epoch: Epoch,
    /// Free bytes on its data disk; none if unknown.
    pub free_disk: Option<u64>,
}

/// A snapshot that waits to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotOffer {
    /// BLAKE3 of the file.
    pub hash: [u8; 32],
    /// Its size.
    pub bytes: u64,
    /// Documents in it.
    pub rows: u64,
    /// What the database contained when it was made.
    pub vector: VersionVector,
}
