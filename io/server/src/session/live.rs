//! Live values of viewers: memory only, so that a heartbeat never costs a transaction.

use std::collections::{BTreeMap, BTreeSet};

use api::viewer::{MissingFile, PlanState, PlanStatus, Shows, ViewerError, ViewerStatus};
use bytes::Bytes;
use control::message::{Hello, Missing, Status};
use domain::id::{DeviceId, ViewerId};
use domain::rows::Rows;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Errors remembered per viewer.
const ERRORS: usize = 20;

/// How all viewers are.
#[derive(Debug, Default)]
pub struct Live {
    viewers: Mutex<BTreeMap<ViewerId, Known>>,
    changed: Mutex<BTreeSet<ViewerId>>,
    /// Woken when some status changed.
    pub wake: Notify,
}

#[derive(Debug, Default)]
struct Known {
    status: ViewerStatus,
    screenshot: Option<(Bytes, String)>,
}

impl Live {
    fn change(&self, viewer: ViewerId, change: impl FnOnce(&mut Known)) {
        change(
            self.viewers
                .lock()
                .entry(viewer)
                .or_insert_with(|| Known { status: ViewerStatus { viewer, ..ViewerStatus::default() }, screenshot: None }),
        );
        self.changed.lock().insert(viewer);
        self.wake.notify_one();
    }

    /// The viewers whose status changed since the last call.
    #[must_use]
    pub fn take_changed(&self) -> Vec<ViewerId> {
        std::mem::take(&mut *self.changed.lock()).into_iter().collect()
    }

    /// A device came.
    pub fn connected(&self, viewer: ViewerId, device: DeviceId, now: i64) {
        self.change(viewer, |known| {
            let status = &mut known.status;
            if !status.online {
                status.since = Some(now);
            }
            (status.online, status.seen, status.device) = (true, Some(now), Some(device));
        });
    }

    /// It introduced itself.
    pub fn greeted(&self, viewer: ViewerId, hello: &Hello) {
        self.change(viewer, |known| {
            let status = &mut known.status;
            status.user_agent.clone_from(&hello.user_agent);
            status.sound.clone_from(&hello.sound);
            status.storage_level.clone_from(&hello.storage.level);
            (status.storage_quota, status.storage_used) = (hello.storage.quota, hello.storage.used);
        });
    }

    /// It went.
    pub fn disconnected(&self, viewer: ViewerId, now: i64) {
        self.change(viewer, |known| (known.status.online, known.status.since) = (false, Some(now)));
    }

    /// Something was heard; not worth an event.
    pub fn seen(&self, viewer: ViewerId, now: i64) {
        if let Some(known) = self.viewers.lock().get_mut(&viewer) {
            known.status.seen = Some(now);
        }
    }

    /// A plan got so far. A report about an older plan than the one sent last changes nothing.
    pub fn plan(&self, viewer: ViewerId, plan: &str, state: PlanState, at: i64) {
        self.change(viewer, |known| {
            let current = known.status.plan.as_ref();
            if state == PlanState::Sent || current.is_none_or(|known| known.id == plan && known.state != PlanState::Shown) {
                known.status.plan = Some(PlanStatus { id: plan.to_owned(), state, at });
            }
            if state != PlanState::Incomplete {
                known.status.missing.clear();
            }
        });
    }

    /// What a plan lacks. Names come from the rows.
    pub fn missing(&self, viewer: ViewerId, missing: &[Missing], rows: &Rows) {
        let name = |hash: &str| {
            let media = hash.parse().ok().and_then(|hash| rows.media_by_hash(hash));
            media.map_or_else(String::new, |media| media.name.clone())
        };
        let files = missing.iter().take(100).map(|m| MissingFile {
            hash: m.hash.clone(),
            name: name(&m.hash),
            bytes: m.bytes,
            why: m.why.clone(),
        });
        let files = files.collect();
        self.change(viewer, |known| known.status.missing = files);
    }

    /// A status came.
    pub fn reported(&self, viewer: ViewerId, report: &Status, now: i64) {
        self.change(viewer, |known| {
            let status = &mut known.status;
            status.seen = Some(now);
            status.shows = report.slot.as_ref().map(|slot| Shows { row: slot.row.map(Into::into), item: slot.item.clone() });
            if let Some(id) = report.plan.as_ref().filter(|_| report.slot.is_some()) {
                // After a restart of the server nobody says again that a plan was shown; that it is in force says as much.
                let open = |plan: &PlanStatus| plan.id == *id && plan.state != PlanState::Shown;
                if status.plan.as_ref().is_none_or(open) {
                    status.plan = Some(PlanStatus { id: id.clone(), state: PlanState::Shown, at: now });
                }
            }
            status.sound.clone_from(&report.sound);
            status.storage_level.clone_from(&report.storage.level);
            (status.storage_quota, status.storage_used) = (report.storage.quota, report.storage.used);
            status.offset_ms = if report.offset_ms.is_finite() { report.offset_ms } else { 0.0 };
            for error in report.errors.iter().take(ERRORS) {
                status.errors.insert(0, ViewerError { code: error.code.clone(), text: error.text.clone(), at: error.at });
            }
            status.errors.truncate(ERRORS);
        });
    }

    /// A screenshot came: bytes and media type.
    pub fn screenshot(&self, viewer: ViewerId, picture: Bytes, mime: String, now: i64) {
        self.change(viewer, |known| {
            known.screenshot = Some((picture, mime));
            known.status.screenshot_at = Some(now);
        });
    }

    /// The newest screenshot with its media type.
    #[must_use]
    pub fn newest_screenshot(&self, viewer: ViewerId) -> Option<(Bytes, String)> {
        self.viewers.lock().get(&viewer).and_then(|known| known.screenshot.clone())
    }

    /// Looks at how a viewer is, without a copy; one that was never seen is offline.
    pub fn read<T>(&self, viewer: ViewerId, look: impl FnOnce(&ViewerStatus) -> T) -> T {
        match self.viewers.lock().get(&viewer) {
            Some(known) => look(&known.status),
            None => look(&ViewerStatus { viewer, ..ViewerStatus::default() }),
        }
    }

    /// How a viewer is; one that was never seen is offline.
    #[must_use]
    pub fn status(&self, viewer: ViewerId) -> ViewerStatus {
        let viewers = self.viewers.lock();
        let unseen = || ViewerStatus { viewer, sound: "unknown".to_owned(), ..ViewerStatus::default() };
        viewers.get(&viewer).map_or_else(unseen, |known| known.status.clone())
    }
}
