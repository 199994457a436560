//! What happens on the way to a server.

use control::v1;
use net::control::{Link, Media};
use tokio::sync::mpsc;

use super::finding::Candidate;

/// Where files come from, by the capability that the server's welcome names; none where there are no files.
pub type Files = Box<dyn Fn(&str) -> Option<Media> + Send>;

/// A session that is open.
pub struct Open {
    /// What is put here goes to the server; what is put here after the session ended is lost.
    pub say: mpsc::UnboundedSender<v1::FromViewer>,
    /// Host name or address of the server.
    pub host: String,
    /// The way to it: `control`, `https` or `http`.
    pub way: &'static str,
    /// Where files come from.
    pub files: Files,
}

impl Open {
    /// A session on a link.
    #[must_use]
    pub fn on(link: &Link, say: mpsc::UnboundedSender<v1::FromViewer>) -> Self {
        let (host, way, link) = (link.address().host.clone(), link.way().name(), link.clone());
        Self { say, host, way, files: Box::new(move |capability| Some(link.media(capability))) }
    }
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Open({}, {})", self.host, self.way)
    }
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
