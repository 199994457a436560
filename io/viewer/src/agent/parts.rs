//! The session as the agent sees it.

use std::time::Instant;

use control::v1::{self, from_viewer::Message};
use net::control::Media;
use uuid::Uuid;

use crate::link::Open;

/// An open session.
pub(super) struct Conversation {
    open: Open,
    /// Whether the server has said its welcome.
    pub(super) welcomed: bool,
    /// Where files come from; none before the server's welcome.
    pub(super) media: Option<Media>,
    /// Play records that are on their way: numbering, last number, since when.
    pub(super) plays: Option<(Uuid, u64, Instant)>,
    /// Events that are on their way.
    pub(super) records: Option<(Uuid, u64, Instant)>,
    /// How many times the time was asked, and when last.
    pub(super) asked: (u32, Instant),
    /// What was last said about missing files.
    pub(super) missing: Vec<v1::MissingFile>,
    /// The number of the session, which commands carry; 0 before the welcome, and with servers that do not number sessions.
    pub(super) epoch: u64,
}

impl Conversation {
    pub(super) fn new(open: Open) -> Self {
        let asked = (0, Instant::now());
        Self { open, welcomed: false, media: None, plays: None, records: None, asked, missing: Vec::new(), epoch: 0 }
    }

    /// The server's welcome came, perhaps once more.
    pub(super) fn welcome(&mut self, capability: &str, epoch: u64) {
        self.welcomed = true;
        self.epoch = epoch;
        self.media = (self.open.files)(capability);
        // A message of which older servers know nothing.
        if cfg!(feature = "next") {
            let _ = self.open.say.send(v1::FromViewer::default());
        }
    }

    /// Host name or address of the server.
    pub(super) fn host(&self) -> &str {
        &self.open.host
    }

    /// The way to it.
    pub(super) fn way(&self) -> &'static str {
        self.open.way
    }

    /// Says something from beside, as long as this session lasts.
    pub(super) fn voice(&self) -> impl Fn(Message) + Send + Sync + 'static {
        let say = self.open.say.clone();
        move |message| _ = say.send(v1::FromViewer { message: Some(message) })
    }

    /// Says something. A session that has ended loses it: whatever matters is said again in the next.
    pub(super) fn say(&self, message: Message) {
        let _ = self.open.say.send(v1::FromViewer { message: Some(message) });
    }
}
