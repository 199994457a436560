//! What cannot be true of servers that lose nothing.

use std::fmt;

/// What a history proves to be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Two servers show different things.
    Diverged {
        /// The document.
        document: String,
        /// The two.
        servers: [String; 2],
        /// What each shows.
        shown: [String; 2],
    },
    /// Something is said to be on its way although all is equal, or nobody knows how much.
    Pending {
        /// Who says so.
        server: String,
        /// Of whom.
        peer: String,
    },
    /// An acknowledged value is not there, was replaced by nobody who saw it, and stands in no notice.
    Lost {
        /// Who wrote it.
        session: String,
        /// The document.
        document: String,
        /// The member.
        cell: String,
        /// The value.
        value: String,
    },
    /// A document whose removal was acknowledged is there.
    Undead {
        /// The document.
        document: String,
        /// Where.
        server: String,
    },
    /// A client saw a value, and later one that its author had replaced.
    WentBack {
        /// Who saw it.
        session: String,
        /// The document.
        document: String,
        /// The member.
        cell: String,
        /// First.
        before: String,
        /// Later.
        after: String,
    },
    /// A client saw that a document was gone, and later that it was there.
    CameBack {
        /// Who saw it.
        session: String,
        /// The document.
        document: String,
    },
    /// A document is gone that nobody removed.
    Vanished {
        /// Who saw it.
        session: String,
        /// The document.
        document: String,
    },
    /// A value that nobody wrote, or whose writing was refused.
    Invented {
        /// The document.
        document: String,
        /// The member.
        cell: String,
        /// The value.
        value: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diverged { document, servers: [one, other], shown: [here, there] } => {
                write!(out, "{document} is {here} on {one} and {there} on {other}")
            }
            Self::Pending { server, peer } => write!(out, "{server} says that something is on its way between it and {peer}"),
            Self::Lost { session, document, cell, value } => {
                write!(out, "{cell} = {value} of {document}, acknowledged to {session}, is lost without a notice")
            }
            Self::Undead { document, server } => write!(out, "{document} was removed, and is there on {server}"),
            Self::WentBack { session, document, cell, before, after } => {
                write!(out, "{session} saw {cell} of {document} go back from {before} to {after}")
            }
            Self::CameBack { session, document } => write!(out, "{session} saw {document} gone and then there"),
            Self::Vanished { session, document } => write!(out, "{document} is gone before {session}, and nobody removed it"),
            Self::Invented { document, cell, value } => {
                write!(out, "{cell} of {document} is {value}, which nobody may have written")
            }
        }
    }
}
