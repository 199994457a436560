//! Why nothing is exchanged, in words that say what to do.

use domain::stamp::{Actor, Dot};
use thiserror::Error;
use uuid::Uuid;

use super::frame::Versions;

/// Why a session ends, or does not begin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// The other server belongs to another installation.
    #[error(
        "This server belongs to installation {ours}, the other one to {theirs}. Their contents are never mixed. Point the servers at each other only after one has joined with a token of the other."
    )]
    ForeignInstallation {
        /// Ours.
        ours: Uuid,
        /// The other one's.
        theirs: Uuid,
    },
    /// The address leads back to this very server.
    #[error("The address leads back to this server. Give the address of the other one.")]
    Myself,
    /// The certificate names another server than the message.
    #[error("The certificate is that of server {certificate}, but the server says that it is {said}. Enrol it anew.")]
    OtherCertificate {
        /// As certified.
        certificate: Uuid,
        /// As said.
        said: Uuid,
    },
    /// Two programs run with the same identity.
    #[error(
        "Server {server} runs twice: a copy of its disk is in operation. Stop one of the two, and give it an identity of its own before it starts again."
    )]
    Clone {
        /// Which.
        server: Uuid,
    },
    /// No version of the protocol is common.
    #[error(
        "This server speaks versions {} to {} of the replication protocol, the other one {} to {}. Update the older one.",
        ours.min, ours.max, theirs.min, theirs.max
    )]
    Version {
        /// Ours.
        ours: Versions,
        /// The other one's.
        theirs: Versions,
    },
    /// The server was removed from the installation.
    #[error("Server {server} was retired. To take it in again, enrol it with a new token.")]
    Retired {
        /// Which.
        server: Uuid,
    },
    /// A read-only server sent changes of its own.
    #[error("Server {server} may only read, but sent a change of its own. Enrol it as a full server if people shall edit on it.")]
    ReadOnly {
        /// Which.
        server: Uuid,
    },
    /// The server goes on under a new incarnation; sessions start over.
    #[error(
        "The server goes on as incarnation {incarnation}, because an older state of its disk came back. The session starts over."
    )]
    NewIncarnation {
        /// The new one.
        incarnation: u32,
    },
    /// What a server contains was replaced, or what may be taken from it was changed; sessions start over.
    #[error("What one of the two servers contains, or what people may do on it, was changed. The session starts over.")]
    StartOver,
    /// Nothing was heard for [`super::DEAD_MS`].
    #[error("Nothing was heard for 15 seconds. The connection is made anew.")]
    Silent,
    /// There is another connection between the two servers, which stays.
    #[error("The two servers are connected already.")]
    Duplicate,
    /// The program is shut down.
    #[error("The server is shut down.")]
    Stopping,
    /// The other side broke the rules; both start over from what they have.
    #[error("The other server did not keep to the protocol: {0}")]
    Protocol(String),
}

impl Reason {
    /// Whether dialling again can help without somebody doing something.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::NewIncarnation { .. } | Self::StartOver | Self::Silent | Self::Stopping | Self::Protocol(_) | Self::Duplicate
        )
    }
}

/// Why entries are held back while the session stays. Pending changes go on being counted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Hold {
    /// The two databases have different entries under the same number.
    #[error(
        "The two servers have different entries of server {} from number {seq} on: an old disk of it came back and was edited. Nothing is exchanged between them, so that neither loses anything. If that server is running, connect it to both; else rebuild one of the two from the other.",
        actor.server
    )]
    Fork {
        /// Whose entries differ.
        actor: Actor,
        /// A number at which they do; they may part earlier.
        seq: u64,
    },
    /// An older state of a server's disk came back.
    #[error(
        "Server {} has fewer of its own entries than it had: an older state of its disk came back. It goes on under a new incarnation by itself.",
        known.actor.server
    )]
    RolledBack {
        /// Its last entry that is known here.
        known: Dot,
    },
    /// The registries of kinds are too far apart.
    #[error(
        "Version hold: this server writes schema {ours}, the other one {theirs}. Update the older one; changes wait until then."
    )]
    Schema {
        /// Ours.
        ours: u32,
        /// The other one's.
        theirs: u32,
    },
    /// Nothing can be stored.
    #[error("The disk is full. Changes wait at the other server. Free some space.")]
    DiskFull,
    /// The database does not answer.
    #[error("The database cannot be written. Changes wait at the other server. The log of the server says more.")]
    Unavailable,
    /// The server has to be rebuilt before it exchanges anything.
    #[error("Server {} waits for a server that has its former entries, to be rebuilt from it.", actor.server)]
    Rebuilding {
        /// As whom it wrote when its history forked.
        actor: Actor,
    },
    /// A reason that this version does not know.
    #[error("{0}")]
    Other(String),
}
