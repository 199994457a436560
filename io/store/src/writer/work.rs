//! What may wait in the writer's queue.

use std::fmt;
use std::io::{self, Read};

use domain::log::Entry;
use domain::stamp::{Actor, Dot, VersionVector};
use replica::incarnation::{Evidence, Fork};
use replica::{ApplyError, Notice};
use thiserror::Error;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::job::{BoxedJob, Obstacle};
use crate::error::Error;

/// Entries of others that may be taken in at once.
pub const MAX_BATCH: usize = 1_000;

/// Makes entries durable outside of the database.
pub(crate) type Keep = Box<dyn FnOnce(&[Entry]) -> io::Result<()> + Send>;

/// Something for the writer to do.
pub(crate) enum Work<S> {
    /// A change that is decided here.
    Change(BoxedJob<S>),
    /// Entries of others.
    Apply(ApplyJob),
    /// Something that has a transaction of its own.
    Alone(Alone),
}

impl<S> Work<S> {
    /// Answers that nothing can be done.
    pub(crate) fn unavailable(self) {
        match self {
            Self::Change(job) => job.failed(Obstacle::Unavailable),
            // A dropped sender says the same.
            Self::Apply(_) | Self::Alone(_) => {}
        }
    }
}

/// Entries of others on their way into the log.
#[derive(Debug)]
pub(crate) struct ApplyJob {
    pub(crate) entries: Vec<Entry>,
    pub(crate) answer: oneshot::Sender<Result<AppliedBatch, ApplyFailed>>,
}

/// Something that has a transaction of its own.
pub(crate) enum Alone {
    /// The state of another server is joined.
    Join {
        /// The installation that it must be of.
        installation: Uuid,
        /// The snapshot.
        source: Box<dyn Read + Send>,
        /// Tells the one who waits.
        answer: oneshot::Sender<Result<JoinedState, JoinFailed>>,
    },
    /// The state of another server takes the place of this one's, whose own entries are put on top.
    Rebuild {
        /// The installation that it must be of.
        installation: Uuid,
        /// Whose entries here are not the ones that count.
        actor: Actor,
        /// The snapshot.
        source: Box<dyn Read + Send>,
        /// Keeps what is not taken over.
        keep: Keep,
        /// Tells the one who waits.
        answer: oneshot::Sender<Result<RebuiltState, JoinFailed>>,
    },
    /// The server becomes an empty part of another installation.
    Adopt {
        /// That installation.
        installation: Uuid,
        /// Tells the one who waits.
        answer: oneshot::Sender<Result<Actor, AloneFailed>>,
    },
    /// It is written down that the server must be rebuilt, or that it need not be.
    Fork {
        /// Where its history forked.
        fork: Option<Fork>,
        /// Tells the one who waits.
        answer: oneshot::Sender<Result<(), AloneFailed>>,
    },
    /// The server goes on under a new incarnation.
    Renew {
        /// What proves that it must.
        evidence: Evidence,
        /// Tells the one who waits.
        answer: oneshot::Sender<Result<Actor, AloneFailed>>,
    },
}

/// Entries of others are durable.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedBatch {
    /// What the database contains now: to be acknowledged.
    pub vector: VersionVector,
    /// The end of the log.
    pub lpos: i64,
    /// How many of the entries were new.
    pub new: usize,
    /// What people should look at; it is stored.
    pub notices: Vec<Notice>,
}

/// Why entries of others were not taken in. Nothing was changed, except perhaps after [`ApplyFailed::Unavailable`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApplyFailed {
    /// The sender broke the protocol.
    #[error(transparent)]
    Refused(#[from] ApplyError),
    /// An entry of this very server that it does not know: its disk was set back, or somebody copied it.
    #[error("Entry {0} is one of this server's own, but it does not know it. It goes on under a new incarnation.")]
    Own(Dot),
    /// More entries than may be taken in at once.
    #[error("{count} entries arrived at once, but at most {MAX_BATCH} are possible. Send them in parts.")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// The disk is full.
    #[error("The disk is full. Free some space; the session goes on by itself.")]
    Full,
    /// The disk or the database failed, or the writer has stopped.
    #[error("The store accepts no entries at the moment. Check the disk and the log.")]
    Unavailable,
}

/// The state of another server is joined and durable.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinedState {
    /// What the database contains now: to be acknowledged.
    pub vector: VersionVector,
    /// The end of the log.
    pub lpos: i64,
    /// How many documents changed.
    pub changed: u64,
    /// What people should look at; it is stored.
    pub notices: Vec<Notice>,
}

/// The state of another server has taken the place of this one's, and is durable.
#[derive(Clone, Debug, PartialEq)]
pub struct RebuiltState {
    /// What the database contains now: to be acknowledged.
    pub vector: VersionVector,
    /// The end of the log.
    pub lpos: i64,
    /// How many own entries were put on top, some of them under a new number.
    pub kept: usize,
    /// Entries that were not taken over: their author issues them anew, or they depend on such ones. They were kept for people.
    pub dropped: Vec<Entry>,
    /// What people should look at; it is stored.
    pub notices: Vec<Notice>,
}

/// Why a state was not joined. Nothing was changed, except perhaps after [`JoinFailed::Unavailable`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JoinFailed {
    /// It belongs to another installation.
    #[error("The snapshot belongs to installation {found}, but this server belongs to {expected}. Join that installation first.")]
    Foreign {
        /// The installation of the snapshot.
        found: Uuid,
        /// The installation that was expected.
        expected: Uuid,
    },
    /// It knows more of this server than the server itself.
    #[error("The snapshot has entry {0} of this very server, which does not know it. It goes on under a new incarnation.")]
    Own(Dot),
    /// It cannot be read.
    #[error("The snapshot cannot be used: {0}. Fetch it again.")]
    Broken(String),
    /// The disk is full.
    #[error("The disk is full. Free some space; the session goes on by itself.")]
    Full,
    /// The disk or the database failed, or the writer has stopped.
    #[error("The store accepts no state at the moment. Check the disk and the log.")]
    Unavailable,
}

/// Why an installation was not adopted or an incarnation not begun. Nothing was changed, except perhaps after
/// [`AloneFailed::Unavailable`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AloneFailed {
    /// The server has met others.
    #[error("This server has data of other servers already. Set it up anew in an empty data folder.")]
    HasOthers,
    /// The disk is full.
    #[error("The disk is full. Free some space and try again.")]
    Full,
    /// The disk or the database failed, or the writer has stopped.
    #[error("The store accepts no changes at the moment. Check the disk and the log, then restart the server.")]
    Unavailable,
}

impl From<&Error> for ApplyFailed {
    fn from(error: &Error) -> Self {
        if error.is_full() { Self::Full } else { Self::Unavailable }
    }
}

impl From<Error> for JoinFailed {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "a state could not be joined");
        if error.is_full() { Self::Full } else { Self::Unavailable }
    }
}

impl From<Error> for AloneFailed {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "the identity of the server could not be changed");
        if error.is_full() { Self::Full } else { Self::Unavailable }
    }
}

impl fmt::Debug for Alone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Join { .. } => "Join",
            Self::Rebuild { .. } => "Rebuild",
            Self::Adopt { .. } => "Adopt",
            Self::Fork { .. } => "Fork",
            Self::Renew { .. } => "Renew",
        })
    }
}
