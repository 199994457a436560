//! The sessions that are open: at most one per device, reachable by viewer; and who waits for reports about orders.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use control::order::{Order, Report};
use domain::id::{DeviceId, ViewerId};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Reports on their way to whoever gave an order; a viewer whose reports nobody takes waits.
const REPORTS: usize = 8;
/// How long a viewer's session waits for whoever gave the order.
const REPORTS_PATIENCE: Duration = Duration::from_secs(10);
/// After so many new receivers the closed ones are dropped.
const SWEEP: usize = 512;

/// What a session is told from elsewhere in the server.
#[derive(Debug)]
pub enum ToSession {
    /// The device was approved, moved or revoked: look at the state again.
    Reconsider,
    /// Tell the viewer to do something; its reports go to [`Hub::reporter`].
    Order(Box<Order>),
    /// Another session of the same device took over.
    Replaced,
    /// The server stops.
    Shutdown,
}

/// Open sessions.
#[derive(Debug, Default)]
pub struct Hub {
    /// Told when a session opened or found its place, for whoever waits for viewers.
    pub arrivals: tokio::sync::Notify,
    open: Mutex<Sessions>,
    reporters: Mutex<BTreeMap<Uuid, mpsc::Sender<Report>>>,
}

#[derive(Debug, Default)]
struct Sessions {
    by_device: BTreeMap<DeviceId, Open>,
    by_viewer: BTreeSet<(ViewerId, DeviceId)>,
}

#[derive(Debug)]
struct Open {
    session: Uuid,
    viewer: Option<ViewerId>,
    sender: mpsc::Sender<ToSession>,
}

impl Sessions {
    fn put(&mut self, device: DeviceId, open: Open) -> Option<Open> {
        let before = self.take(device);
        self.by_viewer.extend(open.viewer.map(|viewer| (viewer, device)));
        self.by_device.insert(device, open);
        before
    }

    fn take(&mut self, device: DeviceId) -> Option<Open> {
        let open = self.by_device.remove(&device)?;
        if let Some(viewer) = open.viewer {
            self.by_viewer.remove(&(viewer, device));
        }
        Some(open)
    }

    fn at(&self, viewer: ViewerId) -> Option<&Open> {
        let (_, device) = self.by_viewer.range((viewer, DeviceId(Uuid::nil()))..).next().filter(|(v, _)| *v == viewer)?;
        self.by_device.get(device)
    }
}

impl Hub {
    /// A session opened; one that the device had before is told to end.
    pub fn open(&self, device: DeviceId, session: Uuid, viewer: Option<ViewerId>) -> mpsc::Receiver<ToSession> {
        let (sender, receiver) = mpsc::channel(16);
        if let Some(before) = self.open.lock().put(device, Open { session, viewer, sender }) {
            let _ = before.sender.try_send(ToSession::Replaced);
        }
        self.count();
        self.arrivals.notify_one();
        receiver
    }

    /// The device stands at another viewer now.
    pub fn place(&self, device: DeviceId, session: Uuid, viewer: Option<ViewerId>) {
        let mut sessions = self.open.lock();
        if sessions.by_device.get(&device).is_some_and(|open| open.session == session)
            && let Some(open) = sessions.take(device)
        {
            sessions.put(device, Open { viewer, ..open });
            self.arrivals.notify_one();
        }
    }

    /// A session closed. Returns whether it was the device's present one.
    pub fn close(&self, device: DeviceId, session: Uuid) -> bool {
        let mut sessions = self.open.lock();
        let current = sessions.by_device.get(&device).is_some_and(|open| open.session == session);
        if current {
            sessions.take(device);
        }
        drop(sessions);
        self.count();
        current
    }

    /// Tells a device something. False if it is not connected.
    pub fn tell(&self, device: DeviceId, message: ToSession) -> bool {
        let sender = self.open.lock().by_device.get(&device).map(|open| open.sender.clone());
        sender.is_some_and(|sender| sender.try_send(message).is_ok())
    }

    /// Tells the device that stands at a viewer something. False if none is connected.
    pub fn tell_viewer(&self, viewer: ViewerId, message: ToSession) -> bool {
        let sender = self.open.lock().at(viewer).map(|open| open.sender.clone());
        sender.is_some_and(|sender| sender.try_send(message).is_ok())
    }

    /// Delivers an order to the device that stands at a viewer. False if none is connected, or if it is too busy to take it:
    /// deliver it again later, with the same id.
    pub fn order(&self, viewer: ViewerId, order: Order) -> bool {
        self.tell_viewer(viewer, ToSession::Order(Box::new(order)))
    }

    /// What viewers will report about an order, in whichever session it comes, until the receiver is dropped. Take it before the order is
    /// delivered. A second one takes the place of the first.
    pub fn reports(&self, order: Uuid) -> mpsc::Receiver<Report> {
        let (sender, receiver) = mpsc::channel(REPORTS);
        let mut reporters = self.reporters.lock();
        if reporters.len() % SWEEP == SWEEP - 1 {
            reporters.retain(|_, reporter| !reporter.is_closed());
        }
        reporters.insert(order, sender);
        receiver
    }

    /// To whom reports about an order go; none if nobody waits for them.
    #[must_use]
    pub fn reporter(&self, order: Uuid) -> Option<mpsc::Sender<Report>> {
        self.reporters.lock().get(&order).filter(|reporter| !reporter.is_closed()).cloned()
    }

    /// Passes a report on. A viewer's session waits here while whoever gave the order is busy.
    pub async fn report(&self, order: Uuid, report: Report) {
        let last = report.is_last();
        if let Some(reporter) = self.reporter(order) {
            let _ = tokio::time::timeout(REPORTS_PATIENCE, reporter.send(report)).await;
        }
        if last {
            self.reporters.lock().remove(&order);
        }
    }

    /// The session of the device that stands at a viewer.
    #[must_use]
    pub fn session_at(&self, viewer: ViewerId) -> Option<Uuid> {
        self.open.lock().at(viewer).map(|open| open.session)
    }

    /// Whether a viewer's device is connected.
    #[must_use]
    pub fn is_online(&self, viewer: ViewerId) -> bool {
        self.open.lock().at(viewer).is_some()
    }

    /// All viewers whose device is connected.
    #[must_use]
    pub fn online(&self) -> BTreeSet<ViewerId> {
        self.open.lock().by_viewer.iter().map(|(viewer, _)| *viewer).collect()
    }

    /// How many sessions are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.lock().by_device.len()
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
        for open in self.open.lock().by_device.values() {
            let _ = open.sender.try_send(ToSession::Shutdown);
        }
    }
}
