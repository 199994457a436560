//! The sessions that are open: at most one per device, reachable by viewer; and who waits for reports about orders.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use control::order::{Order, Report};
use domain::id::{DeviceId, ViewerId};
use futures::channel::mpsc as inbox;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Reports on their way to whoever gave an order; a viewer whose reports nobody takes waits.
const REPORTS: usize = 8;
/// How long a viewer's session waits for whoever gave the order.
const REPORTS_PATIENCE: Duration = Duration::from_secs(10);
/// After so many new receivers the closed ones are dropped.
const SWEEP: usize = 512;

/// So many sessions are taken up again in a second after a restart.
const SESSIONS_PER_SECOND: usize = 1_000;

/// What a session is told from elsewhere in the server.
#[derive(Debug)]
pub enum ToSession {
    /// The device was approved, moved or revoked: look at the state again.
    Reconsider,
    /// Tell the viewer to do something; its reports go to who asked for them ([`Hub::reports`]).
    Order(Box<Order>),
    /// The device gave up its place among those that wait: others of the same source came.
    Crowded,
    /// The viewer's neighbours are others than it was told.
    Neighbours,
    /// Another session of the same device took over.
    Replaced,
    /// The server stops; come again in so many seconds.
    Shutdown(u32),
}

/// Open sessions.
#[derive(Debug, Default)]
pub struct Hub {
    /// Told when a session opened or found its place, for whoever waits for viewers.
    pub arrivals: tokio::sync::Notify,
    open: Mutex<Sessions>,
    reporters: Mutex<BTreeMap<Uuid, Reporter>>,
}

/// Who waits for reports about an order.
#[derive(Debug)]
struct Reporter {
    /// The viewer that got the order: no other one reports about it.
    viewer: Option<ViewerId>,
    sender: mpsc::Sender<Report>,
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
    /// A channel of `futures`, whose messages lie in memory one by one: tokio's has room for 32 at any time, in each of ten thousand sessions.
    sender: inbox::Sender<ToSession>,
    turn: u64,
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

    fn device_at(&self, viewer: ViewerId) -> Option<DeviceId> {
        let (_, device) = self.by_viewer.range((viewer, DeviceId(Uuid::nil()))..).next().filter(|(v, _)| *v == viewer)?;
        Some(*device)
    }

    fn at(&self, viewer: ViewerId) -> Option<&Open> {
        self.by_device.get(&self.device_at(viewer)?)
    }

    fn tell(&mut self, device: DeviceId, message: ToSession) -> bool {
        self.by_device.get_mut(&device).is_some_and(|open| open.sender.try_send(message).is_ok())
    }
}

impl Hub {
    /// A session opened; one that the device had before is told to end. `turn` grows from one session of a device to the next: where two open at the
    /// same time, the later one stays, and none is returned to the other.
    #[must_use]
    pub fn open(
        &self,
        device: DeviceId,
        session: Uuid,
        viewer: Option<ViewerId>,
        turn: u64,
    ) -> Option<inbox::Receiver<ToSession>> {
        let (sender, receiver) = inbox::channel(16);
        let mut sessions = self.open.lock();
        if sessions.by_device.get(&device).is_some_and(|open| open.turn > turn) {
            return None;
        }
        let before = sessions.put(device, Open { session, viewer, sender, turn });
        drop(sessions);
        if let Some(mut before) = before {
            let _ = before.sender.try_send(ToSession::Replaced);
        }
        self.count();
        self.arrivals.notify_one();
        Some(receiver)
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
        self.open.lock().tell(device, message)
    }

    /// Tells the device that stands at a viewer something. False if none is connected.
    pub fn tell_viewer(&self, viewer: ViewerId, message: ToSession) -> bool {
        let mut sessions = self.open.lock();
        sessions.device_at(viewer).is_some_and(|device| sessions.tell(device, message))
    }

    /// Delivers an order to the device that stands at a viewer. False if none is connected, or if it is too busy to take it:
    /// deliver it again later, with the same id.
    pub fn order(&self, viewer: ViewerId, order: Order) -> bool {
        if let Some(reporter) = self.reporters.lock().get_mut(&order.id) {
            reporter.viewer = Some(viewer);
        }
        self.tell_viewer(viewer, ToSession::Order(Box::new(order)))
    }

    /// What the viewer that it is delivered to will report about an order, in whichever session it comes, until the receiver is dropped. Take it before the order is
    /// delivered. A second one takes the place of the first.
    pub fn reports(&self, order: Uuid) -> mpsc::Receiver<Report> {
        let (sender, receiver) = mpsc::channel(REPORTS);
        let mut reporters = self.reporters.lock();
        if reporters.len() % SWEEP == SWEEP - 1 {
            reporters.retain(|_, reporter| !reporter.sender.is_closed());
        }
        reporters.insert(order, Reporter { viewer: None, sender });
        receiver
    }

    /// Passes a viewer's report on; one about an order that went to another viewer is passed over. A viewer's session waits here while whoever gave
    /// the order is busy.
    pub async fn report(&self, viewer: ViewerId, order: Uuid, report: Report) {
        let reporter = self.reporters.lock().get(&order).map(|reporter| (reporter.viewer, reporter.sender.clone()));
        let Some((given_to, sender)) = reporter else { return };
        if given_to != Some(viewer) {
            metrics::counter!("signboard_reports_refused_total").increment(1);
            tracing::debug!(viewer.id = %viewer, order.id = %order, "a viewer reported about an order that it did not get");
            return;
        }
        let last = report.is_last();
        let _ = tokio::time::timeout(REPORTS_PATIENCE, sender.send(report)).await;
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

    /// Ends all sessions. Each is told another time to come again, so that a server that was only restarted is not met by all at once.
    pub fn shut_down(&self) {
        let mut open = self.open.lock();
        let within = spread_s(open.by_device.len());
        for open in open.by_device.values_mut() {
            let again_in = 1 + u32::from_be_bytes(crate::now::random()) % within;
            let _ = open.sender.try_send(ToSession::Shutdown(again_in));
        }
    }
}

/// The turn of a session that opens now.
#[must_use]
pub fn turn() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Over how many seconds so many sessions come again.
fn spread_s(sessions: usize) -> u32 {
    u32::try_from(sessions.div_ceil(SESSIONS_PER_SECOND)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_viewer_reports_about_its_own_orders_alone() {
        let (hub, order) = (Hub::default(), Uuid::from_u128(7));
        let [pier, quay] = [1, 2].map(|n| ViewerId(Uuid::from_u128(n)));
        let mut inbox = hub.open(DeviceId(Uuid::from_u128(11)), Uuid::from_u128(21), Some(pier), 1).unwrap();
        let mut reports = hub.reports(order);
        let done = |text: &str| Report::Done { text: text.to_owned() };
        hub.report(pier, order, done("before it was told")).await;
        let wish = Order {
            id: order,
            kind: control::order::OrderKind::Refresh,
            seconds: None,
            arguments: BTreeMap::new(),
            expires: None,
        };
        assert!(hub.order(pier, wish) && inbox.try_recv().is_ok());
        hub.report(quay, order, done("of another")).await;
        hub.report(pier, order, done("its own")).await;
        assert_eq!(reports.recv().await, Some(done("its own")));
        assert_eq!(reports.recv().await, None, "that was the last one");
    }

    #[test]
    fn of_two_sessions_that_cross_the_later_one_stays() {
        let (hub, device) = (Hub::default(), DeviceId(Uuid::from_u128(1)));
        let [first, second] = [1, 2].map(Uuid::from_u128);
        let mut later = hub.open(device, second, None, 8).unwrap();
        assert!(hub.open(device, first, None, 7).is_none());
        assert!(later.try_recv().is_err() && !hub.close(device, first) && hub.len() == 1);
        assert!(hub.open(device, first, None, 9).is_some());
        assert!(matches!(later.try_recv(), Ok(ToSession::Replaced)));
    }

    #[test]
    fn a_restart_is_no_rush() {
        assert_eq!([0, 1, 1_000, 1_001, 10_000].map(spread_s), [1, 1, 1, 2, 10]);
        let hub = Hub::default();
        let ids = || (0..3_000).map(|n| (DeviceId(Uuid::from_u128(n)), Uuid::from_u128(n)));
        let mut inboxes: Vec<_> = ids().map(|(device, session)| hub.open(device, session, None, 1).unwrap()).collect();
        hub.shut_down();
        let mut told = [0; 4];
        for inbox in &mut inboxes {
            let Ok(ToSession::Shutdown(again_in)) = inbox.try_recv() else { panic!("each is told") };
            told[again_in as usize] += 1;
        }
        assert!(told[0] == 0 && told[1..].iter().all(|some| *some > 500), "{told:?}");
    }
}
