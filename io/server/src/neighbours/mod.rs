//! Viewers of one site that give each other files: who is whose neighbour (`docs/protocols/control.md`, section 6).
//!
//! A viewer is somebody's neighbour as long as its session lasts, it says where it gives files, and its settings allow it. So one that lost its place is
//! gone from all lists within a second, and the server need not be asked by those whom it told.

mod circles;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use control::native::Sharing;
use control::v1;
use domain::id::{DeviceId, ViewerId};
use domain::state::State;
use domain::viewer_settings::settings_in_force;
use parking_lot::Mutex;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::app::App;
use crate::session::hub::ToSession;
use circles::{Sharer, circles};

/// Many viewers that come or go together change the lists once.
const TOGETHER: Duration = Duration::from_millis(300);
/// Settings may change at any time, and viewers with them.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Who gives files to whom.
#[derive(Debug, Default)]
pub struct Neighbours {
    sharers: Mutex<BTreeMap<DeviceId, Known>>,
    changed: Notify,
}

/// A viewer that gives files.
#[derive(Debug)]
struct Known {
    session: Uuid,
    viewer: ViewerId,
    sharer: Sharer,
    /// Those whom it was told last, with where they are; none = it was told nothing yet, and waits for it.
    told: Option<Vec<Sharer>>,
}

impl Neighbours {
    /// A viewer says where it gives files, or with port 0 that it gives none. `from` is where its session comes from.
    pub fn offered(&self, device: DeviceId, session: Uuid, viewer: ViewerId, key: [u8; 32], from: IpAddr, sharing: Sharing) {
        let mut sharers = self.sharers.lock();
        if sharing.port == 0 {
            sharers.remove(&device);
        } else {
            let sharer = Sharer { key, port: sharing.port, addresses: sharing.addresses, from };
            let told = sharers.remove(&device).filter(|before| before.session == session).and_then(|before| before.told);
            sharers.insert(device, Known { session, viewer, sharer, told });
        }
        drop(sharers);
        self.changed.notify_one();
    }

    /// A session has ended: whoever it told of its files is told that they are gone.
    pub fn parted(&self, device: DeviceId, session: Uuid) {
        let mut sharers = self.sharers.lock();
        if sharers.get(&device).is_some_and(|known| known.session == session) {
            sharers.remove(&device);
            drop(sharers);
            self.changed.notify_one();
        }
    }

    /// What a viewer is to be told now.
    #[must_use]
    pub fn list(&self, device: DeviceId) -> v1::Neighbours {
        let sharers = self.sharers.lock();
        let told = sharers.get(&device).and_then(|known| known.told.as_deref()).unwrap_or_default();
        v1::Neighbours { neighbours: told.iter().map(Sharer::message).collect() }
    }

    /// Makes the lists anew; returns whose is another one.
    fn settle(&self, state: &State) -> Vec<DeviceId> {
        let mut sharers = self.sharers.lock();
        let may = |known: &Known| settings_in_force(state, known.viewer).share == Some(true);
        let willing: BTreeMap<DeviceId, Sharer> =
            sharers.iter().filter(|(_, known)| may(known)).map(|(device, known)| (*device, known.sharer.clone())).collect();
        let mut circles = circles(&willing);
        let mut changed = Vec::new();
        for (device, known) in sharers.iter_mut() {
            let neighbours = circles.remove(device).unwrap_or_default();
            if known.told.as_ref() != Some(&neighbours) {
                known.told = Some(neighbours);
                changed.push(*device);
            }
        }
        changed
    }
}

/// Follows who comes and goes, for ever.
pub async fn follow(app: App) {
    loop {
        // Nobody there is the usual case, and costs nothing.
        let is_empty = app.neighbours.sharers.lock().is_empty();
        tokio::select! {
            () = app.neighbours.changed.notified() => tokio::time::sleep(TOGETHER).await,
            () = tokio::time::sleep(LOOK_AGAIN), if !is_empty => {}
        }
        for device in app.neighbours.settle(&app.core.state()) {
            // One that is too busy to hear of it hears it at the next look.
            if !app.hub.tell(device, ToSession::Neighbours)
                && let Some(known) = app.neighbours.sharers.lock().get_mut(&device)
            {
                known.told = None;
            }
        }
    }
}
