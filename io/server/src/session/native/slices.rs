//! Which slice each connected native viewer has to have: when something changes, only those whose slice is another one are told.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use control::slice::{Slice, SliceId, Slicer};
use domain::id::{DeviceId, ViewerId};
use domain::state::State;
use parking_lot::Mutex;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::app::App;
use crate::core::Memory;
use crate::session::identity::{Standing, standing_of};
use crate::session::plans::Edition;

/// Viewers that are looked at while nobody else may.
const CHUNK: usize = 64;

/// Makes slices, remembers the last one of each viewer, and tells sessions of new ones.
#[derive(Default)]
pub struct Slices {
    making: Mutex<Making>,
    boxes: Mutex<BTreeMap<Uuid, Arc<Mailbox>>>,
}

#[derive(Default)]
struct Making {
    slicer: Slicer,
    /// The state from which the slicer's lists were made.
    state: Option<Arc<Memory>>,
    /// What each viewer has, as far as this server knows. A viewer that comes back gets what changed since.
    traces: BTreeMap<ViewerId, Trace>,
}

/// What a viewer has: what it was led to last, and what it said last that it has stored.
struct Trace {
    told: Seen,
    stored: Option<Seen>,
}

/// A slice, and the last edition in which it was the viewer's.
#[derive(Clone)]
struct Seen {
    slice: Slice,
    edition: u64,
}

/// What a session has to tell its viewer.
#[derive(Default)]
pub(super) struct Letter {
    /// The slice that it has to have, where that is another one.
    pub(super) slice: Option<Slice>,
    /// Whether what it takes away must leave the screen at once.
    pub(super) urgent: bool,
    /// Whether something in `Welcome` is another.
    pub(super) welcome: bool,
    /// Whether the device no longer stands at this viewer, or is at another server.
    pub(super) displaced: bool,
}

/// Where a session finds what it has to tell.
pub(super) struct Mailbox {
    device: DeviceId,
    viewer: ViewerId,
    inside: Mutex<Inside>,
    pub(super) arrived: Notify,
}

struct Inside {
    slice: SliceId,
    essence: u64,
    edition: u64,
    letter: Option<Letter>,
}

impl Mailbox {
    /// What is to be told, once.
    pub(super) fn take(&self) -> Option<Letter> {
        self.inside.lock().letter.take()
    }
}

/// How a session begins.
pub(super) struct Beginning {
    pub(super) mailbox: Arc<Mailbox>,
    /// The slice that the viewer has to have.
    pub(super) slice: Slice,
    /// The slice that it holds, if this server remembers it.
    pub(super) earlier: Option<Slice>,
    /// Whether something was taken away meanwhile that must leave the screen at once.
    pub(super) urgent: bool,
}

impl Making {
    fn slice(&mut self, state: &Arc<Memory>, viewer: ViewerId) -> Option<Slice> {
        if self.state.as_ref().is_none_or(|before| !Arc::ptr_eq(before, state)) {
            self.slicer.turn();
            self.state = Some(state.clone());
        }
        self.slicer.slice(&state.0.rows, viewer)
    }

    /// The viewer is led to this slice, or has it still.
    fn tell(&mut self, viewer: ViewerId, slice: &Slice, edition: u64) {
        let told = Seen { slice: slice.clone(), edition };
        let trace = self.traces.entry(viewer).or_insert_with(|| Trace { told: told.clone(), stored: None });
        if let Some(stored) = trace.stored.as_mut().filter(|stored| stored.slice.id() == slice.id()) {
            stored.edition = edition;
        }
        trace.told = told;
    }

    /// The slice of this id, if the viewer was led to it or stored it last.
    fn seen(&self, viewer: ViewerId, id: Option<SliceId>) -> Option<Seen> {
        let trace = self.traces.get(&viewer)?;
        let seen = [Some(&trace.told), trace.stored.as_ref()];
        seen.into_iter().flatten().find(|seen| Some(seen.slice.id()) == id).cloned()
    }
}

impl Slices {
    /// A session of this device at this viewer begins, which holds a slice or none; `edition` is the present one. None if there is no such
    /// viewer.
    pub(super) fn begin(
        &self,
        app: &App,
        session: Uuid,
        (device, viewer): (DeviceId, ViewerId),
        holds: Option<SliceId>,
        edition: Edition,
    ) -> Option<Beginning> {
        // The box is there before the state is read, so that no change falls between the two.
        let inside = Inside { slice: [0; 32], essence: 0, edition: edition.n, letter: None };
        let mailbox = Arc::new(Mailbox { device, viewer, inside: Mutex::new(inside), arrived: Notify::new() });
        self.boxes.lock().insert(session, mailbox.clone());
        let state = app.core.state();
        let mut making = self.making.lock();
        let slice = making.slice(&state, viewer)?;
        let earlier = making.seen(viewer, holds);
        making.tell(viewer, &slice, edition.n);
        drop(making);
        let mut inside = mailbox.inside.lock();
        (inside.slice, inside.essence) = (slice.id(), essence(&state, viewer));
        drop(inside);
        app.deliveries.due(viewer, &name(slice.id()), edition.lpos);
        let urgent = earlier.as_ref().is_some_and(|seen| edition.urgent > seen.edition);
        Some(Beginning { mailbox, slice, earlier: earlier.map(|seen| seen.slice), urgent })
    }

    /// The viewer has stored a slice.
    pub(super) fn stored(&self, viewer: ViewerId, id: SliceId) {
        let mut making = self.making.lock();
        let told = making.seen(viewer, Some(id));
        if let (Some(trace), Some(told)) = (making.traces.get_mut(&viewer), told) {
            trace.stored = Some(told);
        }
    }

    /// The session is over.
    pub(super) fn end(&self, session: Uuid) {
        self.boxes.lock().remove(&session);
    }

    /// The slice that a viewer has to have now. None if there is no such viewer.
    #[must_use]
    pub fn present(&self, app: &App, viewer: ViewerId) -> Option<Slice> {
        self.making.lock().slice(&app.core.state(), viewer)
    }

    /// Follows what changes, for ever.
    pub async fn follow(&self, app: App) {
        let mut editions = app.plans.watch();
        while editions.changed().await.is_ok() {
            let edition = *editions.borrow_and_update();
            let app = app.clone();
            // Thousands of slices take a while: others go on meanwhile.
            let _ = tokio::task::spawn_blocking(move || app.slices.look(&app, edition)).await;
        }
    }

    /// Looks at all connected viewers once.
    fn look(&self, app: &App, edition: Edition) {
        let boxes: Vec<Arc<Mailbox>> = self.boxes.lock().values().cloned().collect();
        let (started, many) = (std::time::Instant::now(), boxes.len());
        for chunk in boxes.chunks(CHUNK) {
            let state = app.core.state();
            for mailbox in chunk {
                let stands = standing_of(&state, mailbox.device) == Standing::Approved(mailbox.viewer);
                let mut making = self.making.lock();
                let is_elsewhere = state.devices.get(mailbox.device).and_then(|device| device.in_charge);
                if is_elsewhere.is_some_and(|noted| noted.server.0 != app.core.server_id()) {
                    mailbox.displace();
                }
                let slice = making.slice(&state, mailbox.viewer).filter(|_| stands);
                if let Some(slice) = &slice {
                    making.tell(mailbox.viewer, slice, edition.n);
                }
                drop(making);
                match slice {
                    Some(slice) => {
                        app.deliveries.due(mailbox.viewer, &name(slice.id()), edition.lpos);
                        mailbox.put(slice, essence(&state, mailbox.viewer), edition);
                    }
                    None => mailbox.displace(),
                }
            }
        }
        let mut making = self.making.lock();
        if making.traces.len() > 2 * many + CHUNK {
            let state = app.core.state();
            making.traces.retain(|viewer, _| state.0.rows.viewers.get(*viewer).is_some());
        }
        drop(making);
        metrics::histogram!("signboard_slices_seconds").record(started.elapsed().as_secs_f64());
    }
}

impl Mailbox {
    fn put(&self, slice: Slice, essence: u64, edition: Edition) {
        let mut inside = self.inside.lock();
        let is_other = inside.slice != slice.id();
        let is_urgent = is_other && edition.urgent > inside.edition;
        let is_welcome = inside.essence != essence;
        (inside.slice, inside.essence, inside.edition) = (slice.id(), essence, edition.n.max(inside.edition));
        if is_other || is_welcome {
            let letter = inside.letter.get_or_insert_default();
            letter.urgent |= is_urgent;
            letter.welcome |= is_welcome;
            if is_other {
                letter.slice = Some(slice);
            }
            drop(inside);
            self.arrived.notify_one();
        }
    }

    fn displace(&self) {
        self.inside.lock().letter.get_or_insert_default().displaced = true;
        self.arrived.notify_one();
    }
}

/// A slice's name among deliveries.
pub(super) fn name(slice: SliceId) -> String {
    hex::encode(&slice[..16])
}

/// What of the state stands in `Welcome`, in short.
fn essence(state: &State, viewer: ViewerId) -> u64 {
    let mut hasher = DefaultHasher::new();
    let installation = state.rows.installation();
    state.rows.viewers.get(viewer).map(|viewer| viewer.name.as_str()).hash(&mut hasher);
    (installation.name, installation.language).hash(&mut hasher);
    let policy = domain::download::policy(state, viewer);
    (policy.bytes_per_second, policy.at_once, policy.hours).hash(&mut hasher);
    domain::viewer_settings::settings_in_force(state, viewer).json().hash(&mut hasher);
    for id in domain::server::servers_of(state, viewer) {
        let server = state.servers.get(id);
        let places = server.map(|server| &server.addresses).into_iter().flatten();
        let places = places.map(|place| (&place.host, place.control_port, place.https_port, place.http_port));
        (id, places.collect::<Vec<_>>()).hash(&mut hasher);
    }
    hasher.finish()
}
