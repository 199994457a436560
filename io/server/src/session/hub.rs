//! The sessions that are open: at most one per device, reachable by viewer.

use std::collections::{BTreeMap, BTreeSet};

use control::message::CommandKind;
use domain::id::{DeviceId, ViewerId};
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// What a session is told from elsewhere in the server.
#[derive(Debug)]
pub enum ToSession {
    /// The device was approved, moved or revoked: look at the state again.
    Reconsider,
    /// Tell the viewer to do something, and pass its answer on.
    Command(Uuid, CommandKind, Option<u32>, oneshot::Sender<CommandAnswer>),
    /// Another session of the same device took over.
    Replaced,
    /// The server stops.
    Shutdown,
}

/// What a viewer answered.
#[derive(Clone, Debug)]
pub struct CommandAnswer {
    /// Whether it was carried out.
    pub ok: bool,
    /// What is to say about it.
    pub text: Option<String>,
}

/// Open sessions.
#[derive(Debug, Default)]
pub struct Hub {
    sessions: Mutex<BTreeMap<DeviceId, Open>>,
}

#[derive(Debug)]
struct Open {
    session: Uuid,
    viewer: Option<ViewerId>,
    sender: mpsc::Sender<ToSession>,
}

impl Hub {
    /// A session opened; one that the device had before is told to end.
    pub fn open(&self, device: DeviceId, session: Uuid, viewer: Option<ViewerId>) -> mpsc::Receiver<ToSession> {
        let (sender, receiver) = mpsc::channel(16);
        if let Some(before) = self.sessions.lock().insert(device, Open { session, viewer, sender }) {
            let _ = before.sender.try_send(ToSession::Replaced);
        }
        self.count();
        receiver
    }

    /// The device stands at another viewer now.
    pub fn place(&self, device: DeviceId, session: Uuid, viewer: Option<ViewerId>) {
        if let Some(open) = self.sessions.lock().get_mut(&device).filter(|open| open.session == session) {
            open.viewer = viewer;
        }
    }

    /// A session closed. Returns whether it was the device's present one.
    pub fn close(&self, device: DeviceId, session: Uuid) -> bool {
        let mut sessions = self.sessions.lock();
        let current = sessions.get(&device).is_some_and(|open| open.session == session);
        if current {
            sessions.remove(&device);
        }
        drop(sessions);
        self.count();
        current
    }

    /// Tells a device something. False if it is not connected.
    pub fn tell(&self, device: DeviceId, message: ToSession) -> bool {
        let sender = self.sessions.lock().get(&device).map(|open| open.sender.clone());
        sender.is_some_and(|sender| sender.try_send(message).is_ok())
    }

    /// Tells the device that stands at a viewer something. False if none is connected.
    pub fn tell_viewer(&self, viewer: ViewerId, message: ToSession) -> bool {
        let find = |sessions: &BTreeMap<DeviceId, Open>| {
            sessions.values().find(|open| open.viewer == Some(viewer)).map(|open| open.sender.clone())
        };
        let sender = find(&self.sessions.lock());
        sender.is_some_and(|sender| sender.try_send(message).is_ok())
    }

    /// Whether a viewer's device is connected.
    #[must_use]
    pub fn is_online(&self, viewer: ViewerId) -> bool {
        self.sessions.lock().values().any(|open| open.viewer == Some(viewer))
    }

    /// All viewers whose device is connected.
    #[must_use]
    pub fn online(&self) -> BTreeSet<ViewerId> {
        self.sessions.lock().values().filter_map(|open| open.viewer).collect()
    }

    /// How many sessions are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.lock().len()
    }

    /// Whether no session is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For the metrics.
    fn count(&self) {
        metrics::gauge!("signboard_viewer_sessions").set(f64::from(u32::try_from(self.len()).unwrap_or(u32::MAX)));
    }

    /// Ends all sessions.
    pub fn shut_down(&self) {
        for open in self.sessions.lock().values() {
            let _ = open.sender.try_send(ToSession::Shutdown);
        }
    }
}
