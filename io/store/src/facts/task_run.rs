//! Runs of tasks: what was done, on which screen, and how it ended.

use domain::log::canonical;
use uuid::Uuid;

use super::{Facts, detail};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::load;
use crate::sql::facts::{ADD_TASK_RUN, EXPIRE_TASK_RUNS, LIST_TASK_RUNS, ONE_TASK_RUN, OPEN_TASK_RUNS, PUT_TASK_RUN};
use crate::sql::state::PUT_META;
use crate::value::Value;

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
    pub detail: serde_json::Value,
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

/// Up to which moment somebody looked what is due, as a value that describes the database.
const LOOKED: &str = "tasks_looked";

/// A row of the table.
type Row = (Uuid, Uuid, Option<Uuid>, i64, Option<i64>, Option<i64>, String, String);

fn values(run: TaskRun) -> Vec<Value> {
    vec![
        run.id.into(),
        run.task.into(),
        run.viewer.into(),
        run.planned.into(),
        run.started.into(),
        run.ended.into(),
        run.outcome.into(),
        canonical(&run.detail).into(),
    ]
}

fn run((id, task, viewer, planned, started, ended, outcome, text): Row) -> Result<TaskRun, Error> {
    Ok(TaskRun { id, task, viewer, planned, started, ended, outcome, detail: detail(&text, "task run")? })
}

impl Facts {
    /// Adds runs that have become due, and notes that what is due was looked at up to Unix time `looked` in milliseconds: both or neither.
    /// A run that is there stays as it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn add_task_runs(&self, runs: Vec<TaskRun>, looked: i64) -> Result<(), Error> {
        let mut batch = Batch::one(PUT_META, vec![LOOKED.into(), looked.to_string().into()]);
        runs.into_iter().for_each(|run| batch.push(ADD_TASK_RUN, values(run)));
        self.write(batch).await
    }

    /// Up to which moment (Unix milliseconds) somebody looked what is due; none at the first start.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn tasks_looked(&self) -> Result<Option<i64>, Error> {
        Ok(load::meta(&self.db, LOOKED).await?.and_then(|text| text.parse().ok()))
    }

    /// Adds runs, or notes how they went on.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn put_task_runs(&self, runs: Vec<TaskRun>) -> Result<(), Error> {
        let mut batch = Batch::default();
        runs.into_iter().for_each(|run| batch.push(PUT_TASK_RUN, values(run)));
        self.write(batch).await
    }

    /// All runs that have not ended, the oldest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn open_task_runs(&self) -> Result<Vec<TaskRun>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool => sqlx::query_as(OPEN_TASK_RUNS).fetch_all(pool).await?);
        rows.into_iter().map(run).collect()
    }

    /// One run; none if there is none, or no longer.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn task_run(&self, id: Uuid) -> Result<Option<TaskRun>, Error> {
        let row: Option<Row> = with_db!(&self.db, pool => sqlx::query_as(ONE_TASK_RUN).bind(id).fetch_optional(pool).await?);
        row.map(run).transpose()
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
