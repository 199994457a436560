//! What happens on the way to a server.

use control::v1;
use net::control::Link;
use tokio::sync::mpsc;

use super::finding::Candidate;

/// A session that is open.
#[derive(Debug)]
pub struct Open {
    /// What is put here goes to the server; what is put here after the session ended is lost.
    pub say: mpsc::UnboundedSender<v1::FromViewer>,
    /// The link, for files.
    pub link: Link,
}

/// What happens on the way to a server.
#[derive(Debug)]
pub enum LinkEvent {
    /// A place was granted; a session follows.
    Approved,
    /// The session ended, or none could be opened.
    Closed {
        /// A sentence.
        why: String,
    },
    /// Nobody was reached so far.
    Looking {
        /// What was tried, and how it went.
        tried: Vec<(String, String)>,
    },
    /// A session is open.
    Open(Box<Open>),
    /// A person must approve a code.
    Pending {
        /// Six characters.
        code: String,
        /// Name of the installation.
        installation: String,
        /// Language of its pages.
        language: String,
        /// The server.
        server: String,
    },
    /// No place is given.
    Refused {
        /// Stable code.
        code: String,
        /// A sentence with the remedy.
        message: String,
        /// Name of the installation.
        installation: String,
        /// Language of its pages.
        language: String,
    },
    /// The place was taken away: the identity is gone, and what the installation gave must go too.
    Revoked {
        /// A sentence.
        message: String,
    },
    /// The server said something.
    Said(Box<v1::to_viewer::Message>),
    /// Several installations answered, and none was joined.
    Several(Vec<Candidate>),
}
