//! What the player shall show and what it said of it. The one place where orders, the player's session and the supervisor meet.

use std::collections::HashMap;
use std::sync::Arc;

use control::message::{FromServer, StatusSlot, WelcomeViewer};
use control::plan::Plan;
use domain::cell::Hash;
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::contract::{BootFacts, Library};
use super::serve::HostMessage;

/// What others than the session want to know of the player at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pulse {
    /// A page is connected.
    pub(super) connected: bool,
    /// Counts the pages that came.
    pub(super) pages: u64,
    /// Counts the items that came onto the screen.
    pub(super) items: u64,
    /// Counts what the player said.
    pub(super) words: u64,
}

/// See the module.
pub(super) struct Stage {
    inner: Mutex<Inner>,
    pulse: watch::Sender<Pulse>,
}

#[derive(Default)]
struct Inner {
    show: Show,
    /// The last plan that the player said is in force: what a new page begins with while another is incomplete.
    force: Option<Arc<Plan>>,
    player: Option<(u64, mpsc::UnboundedSender<String>)>,
    mimes: HashMap<Hash, String>,
    slot: Option<StatusSlot>,
    /// Frames dropped by earlier pages, and by this one.
    frames: (u64, u64),
    plays: Option<(Uuid, u64)>,
}

#[derive(Default)]
enum Show {
    /// Nobody said yet.
    #[default]
    Nothing,
    Boot(Box<BootFacts>),
    Plan {
        plan: Arc<Plan>,
        urgent: bool,
        missing: Vec<Hash>,
    },
}

impl Stage {
    pub(super) fn new() -> Self {
        Self { inner: Mutex::default(), pulse: watch::Sender::default() }
    }

    /// Follows the player's life.
    pub(super) fn pulse(&self) -> watch::Receiver<Pulse> {
        self.pulse.subscribe()
    }

    /// Shows a plan; see [`super::Handle::show`].
    pub(super) fn show(&self, plan: Arc<Plan>, urgent: bool, library: &dyn Library, now: i64) {
        let missing = hashes(&plan).filter(|hash| !library.has(hash)).collect();
        let mut inner = self.inner.lock();
        let greeted = matches!(inner.show, Show::Plan { .. });
        let force = inner.force.clone();
        let media = force.iter().flat_map(|force| force.media.values()).chain(plan.media.values());
        inner.mimes = media.map(|media| (media.hash, media.mime.clone())).collect();
        inner.show = Show::Plan { plan, urgent, missing };
        if !greeted {
            inner.send(inner.welcome(now));
        }
        for message in inner.plan() {
            inner.send(Some(message));
        }
    }

    /// Shows the boot page; see [`super::Handle::boot`].
    pub(super) fn boot(&self, facts: BootFacts) {
        let mut inner = self.inner.lock();
        let message = HostMessage::Boot(&facts).text();
        inner.show = Show::Boot(Box::new(facts));
        inner.force = None;
        inner.send(Some(message));
    }

    /// Says something to the player; nothing where there is none.
    pub(super) fn say(&self, message: &HostMessage<'_>) {
        self.inner.lock().send(Some(message.text()));
    }

    /// A page came. What it gets now and from now on; an earlier page gets nothing more.
    pub(super) fn enter(&self, now: i64) -> (u64, mpsc::UnboundedReceiver<String>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut inner = self.inner.lock();
        let mut id = 0;
        self.pulse.send_modify(|pulse| {
            pulse.pages += 1;
            pulse.connected = true;
            id = pulse.pages;
        });
        inner.player = Some((id, sender));
        inner.frames = (inner.frames.0 + inner.frames.1, 0);
        inner.slot = None;
        inner.send(inner.welcome(now));
        let messages = match &inner.show {
            Show::Nothing => vec![],
            Show::Boot(facts) => vec![HostMessage::Boot(facts).text()],
            Show::Plan { plan, .. } => {
                let before = inner.force.as_ref().filter(|force| force.id != plan.id);
                before.map(|force| force.message()).into_iter().chain(inner.plan()).collect()
            }
        };
        for message in messages {
            inner.send(Some(message));
        }
        (id, receiver)
    }

    /// A page went.
    pub(super) fn leave(&self, id: u64) {
        let mut inner = self.inner.lock();
        if inner.player.as_ref().is_some_and(|(current, _)| *current == id) {
            inner.player = None;
            self.pulse.send_modify(|pulse| pulse.connected = false);
        }
    }

    /// The player said something.
    pub(super) fn spoke(&self) {
        self.pulse.send_modify(|pulse| pulse.words += 1);
    }

    /// The player said that this plan is in force.
    pub(super) fn in_force(&self, id: &str) {
        let mut inner = self.inner.lock();
        if let Show::Plan { plan, .. } = &inner.show
            && plan.id == id
        {
            inner.force = Some(Arc::clone(plan));
        }
    }

    /// What stands on the screen, and the frames dropped by this page. The answer counts all pages.
    pub(super) fn status(&self, slot: Option<&StatusSlot>, frames_dropped: u64) -> u64 {
        let mut inner = self.inner.lock();
        inner.frames.1 = inner.frames.1.max(frames_dropped);
        if inner.slot.as_ref() != slot {
            inner.slot = slot.cloned();
            self.pulse.send_modify(|pulse| pulse.items += 1);
        }
        inner.frames.0 + inner.frames.1
    }

    /// Whether record `n` of a stream is new; it is not the next time.
    pub(super) fn is_new_play(&self, stream: Uuid, n: u64) -> bool {
        let mut inner = self.inner.lock();
        let new = inner.plays.is_none_or(|(known, last)| known != stream || n > last);
        if new {
            inner.plays = Some((stream, n));
        }
        new
    }

    /// The plan in force and what stands on the screen.
    pub(super) fn playing(&self) -> (Option<Arc<Plan>>, Option<StatusSlot>) {
        let inner = self.inner.lock();
        (inner.force.clone(), inner.slot.clone())
    }

    /// Media type of a file of a plan.
    pub(super) fn mime(&self, hash: &Hash) -> Option<String> {
        self.inner.lock().mimes.get(hash).cloned()
    }
}

impl Inner {
    /// Whether it went out. A player that is gone hears it when it comes again.
    fn send(&self, message: Option<String>) -> bool {
        message.zip(self.player.as_ref()).is_some_and(|(message, (_, player))| player.send(message).is_ok())
    }

    /// What the page of the standby and of `identify` needs.
    fn welcome(&self, now: i64) -> Option<String> {
        let Show::Plan { plan, .. } = &self.show else { return None };
        let viewer = &plan.viewer;
        Some(text(&FromServer::Welcome {
            viewer: WelcomeViewer { id: viewer.id, name: viewer.name.clone() },
            installation: viewer.installation.clone(),
            language: viewer.language.clone(),
            server_time: now,
            fonts: Vec::new(),
            house: None,
        }))
    }

    /// The plan that is wanted, after what is missing of it.
    fn plan(&self) -> Vec<String> {
        let Show::Plan { plan, urgent, missing } = &self.show else { return Vec::new() };
        let message =
            if plan.urgent == *urgent { plan.message() } else { Plan { urgent: *urgent, ..Plan::clone(plan) }.message() };
        vec![HostMessage::Files { missing }.text(), message]
    }
}

fn hashes(plan: &Plan) -> impl Iterator<Item = Hash> {
    plan.bodies.keys().copied().chain(plan.fonts.iter().map(|font| font.hash)).chain(plan.media.values().map(|media| media.hash))
}

fn text(message: &FromServer) -> String {
    serde_json::to_string(message).expect("messages are plain data")
}
