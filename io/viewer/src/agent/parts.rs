//! The session as the agent sees it.

use std::time::Instant;

use control::v1::{self, from_viewer::Message};
use net::control::{Link, Media};
use tokio::sync::mpsc;
use uuid::Uuid;

/// An open session.
pub(super) struct Conversation {
    say: mpsc::UnboundedSender<v1::FromViewer>,
    pub(super) link: Link,
    /// Where files come from; none before the server's welcome.
    pub(super) media: Option<Media>,
    /// Records that are on their way: numbering, last number, since when.
    pub(super) plays: Option<(Uuid, u64, Instant)>,
    pub(super) records: Option<(Uuid, u64, Instant)>,
    /// How many times the time was asked, and when last.
    pub(super) asked: (u32, Instant),
    /// What was last said about missing files.
    pub(super) missing: Vec<v1::MissingFile>,
}

impl Conversation {
    pub(super) fn new(say: mpsc::UnboundedSender<v1::FromViewer>, link: Link) -> Self {
        Self { say, link, media: None, plays: None, records: None, asked: (0, Instant::now()), missing: Vec::new() }
    }

    /// Says something. A session that has ended loses it: whatever matters is said again in the next.
    pub(super) fn say(&self, message: Message) {
        let _ = self.say.send(v1::FromViewer { message: Some(message) });
    }
}
