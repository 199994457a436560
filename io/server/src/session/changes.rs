//! The latest changes of the log, and which viewers' plans each of them altered.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::id::ViewerId;
use domain::log::Row;
use domain::noun::reach::reached;
use domain::stamp::Dot;
use domain::state::State;
use parking_lot::Mutex;
use store::Published;
use tokio::sync::watch;

use crate::app::App;
use crate::core::Memory;

/// Changes remembered.
const MOST: usize = 256;
/// Up to so many viewers are compared plan by plan; beyond, all that a change reaches count as altered.
const COMPARED: usize = 200;

/// One change.
pub struct Change {
    entry: Arc<Published>,
    /// The state soon after it.
    state: Arc<Memory>,
    altered: OnceLock<Vec<ViewerId>>,
}

/// The latest changes.
#[derive(Default)]
pub struct Changes {
    latest: Mutex<VecDeque<Arc<Change>>>,
    noted: watch::Sender<u64>,
}

impl Changes {
    /// A change became durable; `state` has it.
    pub fn note(&self, entry: Arc<Published>, state: Arc<Memory>) {
        let mut latest = self.latest.lock();
        latest.push_back(Arc::new(Change { entry, state, altered: OnceLock::new() }));
        if latest.len() > MOST {
            latest.pop_front();
        }
        drop(latest);
        self.noted.send_modify(|n| *n += 1);
    }

    /// A change that is remembered.
    #[must_use]
    pub fn find(&self, dot: Dot) -> Option<Arc<Change>> {
        self.latest.lock().iter().rev().find(|change| change.entry.entry.dot == dot).cloned()
    }

    /// A change that was just made: it is noted a moment after its answer.
    pub async fn expect(&self, dot: Dot, patience: Duration) -> Option<Arc<Change>> {
        let mut noted = self.noted.subscribe();
        let arrival = noted.wait_for(|_| self.find(dot).is_some());
        let arrived = tokio::time::timeout(patience, arrival).await.is_ok();
        arrived.then(|| self.find(dot)).flatten()
    }
}

impl Change {
    /// Its place in the log.
    #[must_use]
    pub fn lpos(&self) -> i64 {
        self.entry.lpos
    }

    /// When it was made, Unix milliseconds.
    #[must_use]
    pub fn made(&self) -> i64 {
        self.entry.entry.hlc.unix_ms()
    }

    /// The viewers whose plan it altered, or that came or went with it. Computed once; it may take a while, so not on a thread
    /// that others wait for.
    #[must_use]
    pub fn altered(&self, app: &App) -> &[ViewerId] {
        self.altered.get_or_init(|| self.compare(app))
    }

    fn compare(&self, app: &App) -> Vec<ViewerId> {
        let changes = &self.entry.changes;
        let with = |rows: &dyn Fn(&domain::commit::RowChange) -> Option<Row>| {
            let mut state: State = self.state.0.clone();
            changes.iter().for_each(|change| state.put(&change.kind, change.id, rows(change)));
            state
        };
        // Only this change lies between the two, whatever was made in the same transaction.
        let (before, after) = (with(&|change| change.before.clone()), with(&|change| change.after.clone()));
        let documents = || changes.iter().map(|change| (change.kind.as_str(), change.id));
        let mut viewers: BTreeSet<ViewerId> = reached(&before.rows, documents());
        viewers.extend(reached(&after.rows, documents()));
        viewers.retain(|viewer| is_fitted(&after, *viewer) || is_fitted(&before, *viewer));
        if viewers.len() > COMPARED {
            return viewers.into_iter().collect();
        }
        let live = |state: &State, viewer: ViewerId| state.rows.viewers.get(viewer).is_some_and(|v| v.trashed_at.is_none());
        let plan = |state: &State, viewer| app.plans.id(&state.rows, viewer, self.made(), &app.bodies, &app.fonts);
        let differs = |viewer: &ViewerId| match (live(&before, *viewer), live(&after, *viewer)) {
            (true, true) => plan(&before, *viewer) != plan(&after, *viewer),
            (before, after) => before != after,
        };
        viewers.into_iter().filter(differs).collect()
    }
}

/// Whether an approved device stands at the viewer: without one, it shows nothing.
fn is_fitted(state: &State, viewer: ViewerId) -> bool {
    state.devices_of(viewer).any(|(id, device)| device.revoked_at.is_none() && !state.is_suspended(id.0))
}
