//! What goes into a session and what comes out.

use std::sync::Arc;

use domain::log::{Entry, Position};
use domain::stamp::{Dot, VersionVector};
use uuid::Uuid;

use super::ends::Mark;
use super::frame::{Epoch, Frame, Role, SnapshotOffer, Versions};
use super::reason::Reason;
use crate::apply::ApplyError;
use crate::incarnation::{Evidence, Fork};

/// The time, as two clocks tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since any moment, never going back: for patience.
    pub mono_ms: u64,
    /// Unix milliseconds of the wall clock: for offsets.
    pub wall_ms: i64,
}

/// What a session must know of its own server, apart from the database.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The installation.
    pub installation: Uuid,
    /// Different at each start.
    pub boot_nonce: Uuid,
    /// Versions of the protocol.
    pub protocol: Versions,
    /// Version of the registry of kinds.
    pub schema: u32,
    /// Role.
    pub role: Role,
    /// The newest known epoch of the Main.
    pub epoch: Epoch,
    /// Free bytes on the data disk; none if unknown.
    pub free_disk: Option<u64>,
}

/// Where the own database stands. All of it belongs to one moment, and all of it is durable.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Position of the last entry of the log; 0 if there is none.
    pub lpos: i64,
    /// Vector and heads.
    pub position: Arc<Position>,
    /// What is no longer in the log.
    pub floor: Arc<VersionVector>,
    /// Sum of all sums of the digest, modulo 2^128.
    pub digest: u128,
    /// Set by a new incarnation or [`Output::Forked`], and durable, until a rebuild has taken the place of what lies beyond it.
    pub forked: Option<Fork>,
}

/// Who is at the other end, as the certificate and the list of servers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The server named by its certificate.
    pub server: Uuid,
    /// It may only read.
    pub read_only: bool,
    /// It was removed from the installation.
    pub retired: bool,
}

/// What happens to a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The other side said something.
    Heard(Frame),
    /// The database has grown or its log was cut: by a local change, by another session, by the janitor. Several steps may be told as one.
    Stands(Standing),
    /// Role, epoch or free disk changed.
    Facts(Local),
    /// What [`Output::ReadLog`] asked for: entries after that position, oldest first, with their positions. None: the log ends there.
    Read(Vec<(i64, Entry)>),
    /// What [`Output::LookUp`] asked for, in that order.
    LookedUp(Vec<(Dot, Option<Mark>)>),
    /// What became of [`Output::Apply`].
    Applied(Result<Standing, NotApplied>),
    /// The snapshot that [`Output::MakeSnapshot`] asked for waits.
    SnapshotMade(SnapshotOffer),
    /// The snapshot that [`Output::Fetch`] asked for is fetched and taken in, durably.
    Joined(Standing),
    /// A snapshot could not be made, fetched or joined; it is tried again with the next session.
    SnapshotFailed(String),
    /// Time passes: to be told at least once a second.
    Tick,
    /// The program is shut down.
    Stop,
}

/// Why entries were not taken in; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotApplied {
    /// The rules forbid it.
    Rules(ApplyError),
    /// The disk is full.
    Full,
    /// The database failed.
    Unavailable,
}

/// What the driver of a session shall do, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send this.
    Send(Frame),
    /// Read the log and answer with [`Input::Read`]. At most one question of this kind is open.
    ReadLog {
        /// Entries after this position.
        after: i64,
        /// At most so many.
        limit: u32,
    },
    /// Look up these places in histories and answer with [`Input::LookedUp`]. Number 0 has the default mark. At most one question of this
    /// kind is open.
    LookUp(Vec<Dot>),
    /// Take in these entries in one transaction and answer with [`Input::Applied`]. At most one batch is open.
    Apply(Vec<Entry>),
    /// Keep what the peer has, so that the log can be cut and pending changes be counted while there is no session.
    NoteAck {
        /// The other server.
        peer: Uuid,
        /// What it has, durably.
        vector: VersionVector,
    },
    /// Make a snapshot of the state and answer with [`Input::SnapshotMade`].
    MakeSnapshot,
    /// Fetch the snapshot, take it in, and answer with [`Input::Joined`].
    Fetch {
        /// What waits.
        offer: SnapshotOffer,
        /// How to take it in.
        how: Taking,
    },
    /// This server's disk went back. Begin a new incarnation if the current one is still the one that the evidence is about; all sessions
    /// then start over.
    NewIncarnation(Evidence),
    /// Write down that this server is to be rebuilt, or that it need not be ([`Standing::forked`]). All sessions then start over. As long as
    /// it is to be rebuilt, nothing else is exchanged.
    Forked(Option<Fork>),
    /// Tell people.
    Alarm(Alarm),
    /// End the connection. Nothing comes out of the session afterwards.
    Close(Reason),
}

/// How a snapshot is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// By [`crate::join`](mod@crate::join): both states are merged.
    Join,
    /// Rebuild: the other state takes the place of ours, and our own unsent entries are put on top.
    Rebuild {
        /// The actor whose entries here are not the ones that count.
        actor: domain::stamp::Actor,
    },
}

/// What people must hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Both have the same entries, but not the same data.
    Digest {
        /// The sum here.
        ours: u128,
        /// The sum there.
        theirs: u128,
    },
    /// The other server's clock differs, in milliseconds (positive: it is ahead).
    Clock {
        /// By how much.
        offset_ms: i64,
    },
    /// An entry that a peer sent breaks the rules: its sender must be looked at.
    BadEntry(ApplyError),
}
