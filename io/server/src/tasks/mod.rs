//! Tasks: makes their runs when they are due, delivers them to viewers until these report an end, and wakes machines
//! (`docs/operations/tasks.md`).

mod delivery;
mod fact;
mod files;
mod hearing;
mod making;
mod segment;
mod service;
pub(crate) mod waking;

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{TaskId, ViewerId};
use domain::task::Run;
use parking_lot::Mutex;
use store::facts::{Facts, RunCursor, RunFilter};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use uuid::Uuid;

pub use files::Files;
pub(crate) use segment::Segment;
pub(crate) use service::follow;

/// The runs that have not ended, and what is needed to carry them on.
#[derive(Debug)]
pub struct Tasks {
    open: Mutex<BTreeMap<Uuid, Open>>,
    changed: Mutex<BTreeSet<TaskId>>,
    /// Woken when runs changed, for those who tell browsers.
    pub news: Notify,
    /// Woken when there is something to do.
    work: Notify,
    /// What runs brought.
    pub files: Files,
}

/// A run with what only this process knows of it.
#[derive(Debug)]
struct Open {
    run: Run,
    /// Whether the store does not have it like this yet.
    dirty: bool,
    /// The session in which it was delivered last.
    session: Option<Uuid>,
    /// Whether somebody is waking the machine.
    busy: bool,
    /// Who listens to the viewer's reports.
    listener: Option<AbortHandle>,
}

impl Open {
    fn new(run: Run) -> Self {
        Self { run, dirty: false, session: None, busy: false, listener: None }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

impl Tasks {
    /// No runs yet; files lie below the data folder.
    #[must_use]
    pub fn new(data: &std::path::Path) -> Self {
        Self {
            open: Mutex::default(),
            changed: Mutex::default(),
            news: Notify::new(),
            work: Notify::new(),
            files: Files::new(data),
        }
    }

    /// The tasks whose runs changed since the last call.
    #[must_use]
    pub fn take_changed(&self) -> Vec<TaskId> {
        std::mem::take(&mut *self.changed.lock()).into_iter().collect()
    }

    /// Up to `limit` runs after `after`, those due last first, of a task or at a viewer.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn runs(
        &self,
        facts: &Facts,
        task: Option<TaskId>,
        viewer: Option<ViewerId>,
        after: Option<RunCursor>,
        limit: u32,
    ) -> Result<Vec<Run>, store::Error> {
        let filter = RunFilter { task: task.map(|id| id.0), viewer: viewer.map(|id| id.0) };
        let rows = facts.list_task_runs(&filter, after, limit).await?;
        Ok(rows.into_iter().filter_map(fact::read).map(|run| self.present(run)).collect())
    }

    /// One run; none if there is none, or no longer.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn run(&self, facts: &Facts, id: Uuid) -> Result<Option<Run>, store::Error> {
        Ok(facts.task_run(id).await?.and_then(fact::read).map(|run| self.present(run)))
    }

    /// A stored run as it is now.
    fn present(&self, stored: Run) -> Run {
        self.open.lock().get(&stored.id).map_or(stored, |open| open.run.clone())
    }

    /// Changes an open run; `change` says whether that is news. False if the run is not open.
    fn change(&self, id: Uuid, change: impl FnOnce(&mut Run) -> bool) -> bool {
        let mut open = self.open.lock();
        let Some(entry) = open.get_mut(&id) else { return false };
        if change(&mut entry.run) {
            entry.dirty = true;
            self.changed.lock().insert(entry.run.task);
            self.work.notify_one();
        }
        true
    }
}
