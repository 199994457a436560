//! What goes into a commit and what comes out, shared by the merge rules and the store.

use std::fmt;

use uuid::Uuid;

use crate::log::{Edit, Entry, Head, Row};

/// Edits on their way into the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// What shall change, in this order.
    pub edits: Vec<Edit>,
    /// The wall clock, Unix milliseconds.
    pub wall_ms: i64,
    /// On whose behalf; none for the server itself.
    pub author: Option<Uuid>,
    /// The request that led to it.
    pub request: Option<Uuid>,
    /// Version of the registry of kinds.
    pub schema: u32,
    /// Epoch of the Main server as known here; not below that of any cell that is replaced.
    pub epoch: u32,
}

/// A document before and after an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct RowChange {
    /// Kind of the document.
    pub kind: String,
    /// The document.
    pub id: Uuid,
    /// As it was; none if it was not there.
    pub before: Option<Row>,
    /// As it is; none if it is gone.
    pub after: Option<Row>,
}

/// What a change adds to the sum of one bucket of the digest, modulo 2^128.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestDelta {
    /// Kind of the documents.
    pub kind: String,
    /// Bucket, 0 to 1023.
    pub bucket: u16,
    /// The summand.
    pub sum: u128,
}

/// The outcome of a local commit, not stored yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    /// The log entry; none if the edits change nothing.
    pub entry: Option<Entry>,
    /// Each changed document once.
    pub changes: Vec<RowChange>,
    /// What changes in the digest.
    pub digest: Vec<DigestDelta>,
    /// The end of the server's own history afterwards.
    pub head: Head,
}

/// Why edits were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// More operations than an entry may hold.
    TooManyOps {
        /// How many there are.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The encoded entry is too large.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The allowed size in bytes.
        limit: usize,
    },
    /// A document with that id is already there.
    Exists {
        /// Its kind.
        kind: String,
        /// Its id.
        id: Uuid,
    },
    /// The document to be changed is not there.
    Missing {
        /// Its kind.
        kind: String,
        /// Its id.
        id: Uuid,
    },
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyOps { count, limit } => {
                write!(f, "The change has {count} operations, but at most {limit} are possible at once. Split it.")
            }
            Self::TooLarge { bytes, limit } => {
                write!(
                    f,
                    "The change takes {bytes} bytes, but at most {limit} are possible at once. Split it or shorten its texts."
                )
            }
            Self::Exists { kind, id } => write!(f, "The {kind} {id} exists already. Use a new id."),
            Self::Missing { kind, id } => {
                write!(f, "The {kind} {id} does not exist any more. Load the current state and try again.")
            }
        }
    }
}

impl std::error::Error for CommitError {}
