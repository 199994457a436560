//! Runs of tasks: what was done, on which screen, and how it ended.

use domain::log::canonical;
use serde_json::Value;
use uuid::Uuid;

use super::{Facts, detail};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::facts::{EXPIRE_TASK_RUNS, LIST_TASK_RUNS, PUT_TASK_RUN};

/// One run of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRun {
    /// Names the run.
    pub id: Uuid,
    /// The task.
    pub task: Uuid,
    /// The screen; none for tasks of the server.
    pub viewer: Option<Uuid>,
    /// When it was due, Unix milliseconds.
    pub planned: i64,
    /// When it began.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// How it went, such as `done`.
    pub outcome: String,
    /// Anything else.
    pub detail: Value,
}

/// What to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only runs of this task.
    pub task: Option<Uuid>,
    /// Only runs on this screen.
    pub viewer: Option<Uuid>,
}

/// A place in a list of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunCursor {
    /// When the last listed run was due.
    pub planned: i64,
    /// Its id.
    pub id: Uuid,
}

/// A row of the table.
type Row = (Uuid, Uuid, Option<Uuid>, i64, Option<i64>, Option<i64>, String, String);

impl Facts {
    /// Adds a run, or notes how one went on.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn put_task_run(&self, run: TaskRun) -> Result<(), Error> {
        let values = vec![
            run.id.into(),
            run.task.into(),
            run.viewer.into(),
            run.planned.into(),
            run.started.into(),
            run.ended.into(),
            run.outcome.into(),
            canonical(&run.detail).into(),
        ];
        self.write(Batch::one(PUT_TASK_RUN, values)).await
    }

    /// Up to `limit` runs after `after`, newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn list_task_runs(&self, filter: &RunFilter, after: Option<RunCursor>, limit: u32) -> Result<Vec<TaskRun>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool => sqlx::query_as(LIST_TASK_RUNS)
            .bind(filter.task)
            .bind(filter.viewer)
            .bind(after.map(|cursor| cursor.planned))
            .bind(after.map(|cursor| cursor.id))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let run = |(id, task, viewer, planned, started, ended, outcome, text): Row| {
            Ok(TaskRun { id, task, viewer, planned, started, ended, outcome, detail: detail(&text, "task run")? })
        };
        rows.into_iter().map(run).collect()
    }

    /// Forgets runs that were due before `before`, Unix milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn expire_task_runs(&self, before: i64) -> Result<(), Error> {
        self.write(Batch::one(EXPIRE_TASK_RUNS, vec![before.into()])).await
    }
}
