//! Live values of viewers: memory only, so that a heartbeat never costs a transaction.

use std::collections::{BTreeMap, BTreeSet};

use api::viewer::{MissingFile, PlanState, PlanStatus, Shows, ViewerError, ViewerStatus};
use control::message::{Hello, Missing, Status};
use control::v1;
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
}

impl Live {
    fn change(&self, viewer: ViewerId, change: impl FnOnce(&mut Known)) {
        change(self.viewers.lock().entry(viewer).or_insert_with(|| Known {
            status: ViewerStatus { viewer, sound: "unknown".to_owned(), ..ViewerStatus::default() },
        }));
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

    /// A native viewer introduced itself.
    pub fn introduced(&self, viewer: ViewerId, machine: &v1::Machine) {
        self.change(viewer, |known| {
            let status = &mut known.status;
            status.user_agent = clipped(&format!("Signboard viewer {} ({})", machine.version, machine.system));
            status.storage_level = "persistent".to_owned();
            let own = status.machine.get_or_insert_default();
            (own.version, own.hostname) = (clipped(&machine.version), clipped(&machine.hostname));
            (own.addresses, own.macs) = (listed(&machine.addresses), listed(&machine.macs));
        });
    }

    /// A status of a native viewer came. `is_settled`: the plan in force is the one that it reported for its newest slice.
    pub fn told(&self, viewer: ViewerId, report: &v1::Status, is_settled: bool, now: i64) {
        self.change(viewer, |known| {
            let status = &mut known.status;
            status.seen = Some(now);
            status.shows = (!report.item.is_empty()).then(|| Shows { row: report.row.parse().ok(), item: clipped(&report.item) });
            let open = |plan: &PlanStatus| plan.id != report.plan || plan.state != PlanState::Shown;
            // After a restart of the server nobody says again that a plan was shown; that it is in force says as much.
            if is_settled && !report.item.is_empty() && status.plan.as_ref().is_none_or(open) {
                status.plan = Some(PlanStatus { id: clipped(&report.plan), state: PlanState::Shown, at: now });
            }
            keep(&mut status.sound, &report.sound);
            (status.storage_quota, status.storage_used) = (report.cache_quota, report.cache_used);
            status.offset_ms = finite(report.clock_offset_ms);
            let own = status.machine.get_or_insert_default();
            // Most texts are those of five seconds ago.
            keep(&mut own.version, &report.version);
            keep(&mut own.display, &report.display);
            keep(&mut own.probe, &report.probe);
            keep_list(&mut own.addresses, &report.addresses);
            keep_list(&mut own.macs, &report.macs);
            own.temperature = report.temperature.filter(|degrees| degrees.is_finite());
            (own.disk_free, own.disk_size) = (report.disk_free, report.disk_size);
            (own.memory_free, own.memory_size) = (report.memory_free, report.memory_size);
            own.uptime = report.uptime;
            own.clock_bound_ms = finite(report.clock_bound_ms);
            own.frames_dropped = report.frames_dropped;
            own.download_left = report.download_left;
            count(&mut own.fetched_from_servers, report.fetched_from_servers, "servers");
            count(&mut own.fetched_from_neighbours, report.fetched_from_neighbours, "neighbours");
            for trouble in report.troubles.iter().take(ERRORS) {
                let (code, text) = (clipped(&trouble.code), clipped(&trouble.text));
                status.errors.insert(0, ViewerError { code, text, at: trouble.at });
            }
            status.errors.truncate(ERRORS);
        });
    }

    /// The plan of a native viewer got so far; an empty id: it was told of a change, and has not made its plan yet.
    pub fn native_plan(&self, viewer: ViewerId, plan: &str, state: PlanState, at: i64) {
        self.change(viewer, |known| {
            let before = known.status.plan.as_ref();
            // That a plan is local says nothing new where it stands on the screen.
            if state != PlanState::Received || before.is_none_or(|before| before.id != plan || before.state != PlanState::Shown) {
                known.status.plan = Some(PlanStatus { id: plan.to_owned(), state, at });
            }
            if state != PlanState::Incomplete {
                known.status.missing.clear();
            }
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
                // A repeated report leaves the time of the first.
                let known_at = current.filter(|known| known.id == plan && known.state == state).map(|known| known.at);
                known.status.plan = Some(PlanStatus { id: plan.to_owned(), state, at: known_at.unwrap_or(at) });
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

    /// Something went wrong with a viewer, as this server sees it.
    pub fn trouble(&self, viewer: ViewerId, code: &str, text: String, at: i64) {
        self.change(viewer, |known| {
            known.status.errors.insert(0, ViewerError { code: code.to_owned(), text, at });
            known.status.errors.truncate(ERRORS);
        });
    }

    /// The newest screenshot came at this time.
    pub fn pictured(&self, viewer: ViewerId, at: i64) {
        self.change(viewer, |known| known.status.screenshot_at = Some(at));
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

/// At most 300 characters of what a viewer says, so that statuses stay small.
fn clipped(text: &str) -> String {
    text.chars().take(300).collect()
}

/// Notes a text, where it is another one than before.
fn keep(kept: &mut String, text: &str) {
    if kept != text {
        *kept = clipped(text);
    }
}

/// Notes addresses, where they are others than before.
fn keep_list(kept: &mut Vec<String>, texts: &[String]) {
    if kept != texts {
        *kept = listed(texts);
    }
}

/// At most 16 addresses.
fn listed(texts: &[String]) -> Vec<String> {
    texts.iter().take(16).map(|text| clipped(text)).collect()
}

/// Notes a sum that a viewer counts from its start on, and adds what is new to the metrics.
fn count(kept: &mut u64, told: u64, from: &'static str) {
    let more = if told < *kept { told } else { told - *kept };
    if more > 0 {
        metrics::counter!("signboard_viewer_fetched_bytes_total", "from" => from).increment(more);
    }
    *kept = told;
}

fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { 0.0 }
}
