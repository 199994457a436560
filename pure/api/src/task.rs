//! Runs of tasks: how what viewers are told to do goes at each of them.

use domain::id::{TaskId, ViewerId};
use domain::task::{Run, RunFile, RunState, TaskKind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One run of a task at one viewer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Its id.
    pub id: Uuid,
    /// The task.
    pub task: TaskId,
    /// The viewer.
    pub viewer: ViewerId,
    /// What is to be done, as the task said when it was due.
    pub kind: TaskKind,
    /// When it was due, Unix milliseconds.
    pub planned: i64,
    /// When it is no longer to be begun, Unix milliseconds.
    pub expires: i64,
    /// How far it got.
    pub state: RunState,
    /// Per cent, where it is running.
    pub progress: u8,
    /// When it began, Unix milliseconds.
    pub started: Option<i64>,
    /// When it ended, Unix milliseconds.
    pub ended: Option<i64>,
    /// Stable code where it failed, such as `not_allowed` or `not_supported`; else empty.
    pub code: String,
    /// What is to say about it.
    pub text: String,
    /// What was tried to wake the machine, each a sentence.
    pub tried: Vec<String>,
    /// The file that it brought; `GET /task-runs/{id}/file` while the server keeps it.
    pub file: Option<RunFile>,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            task: run.task,
            viewer: run.viewer,
            kind: run.kind,
            planned: run.planned,
            expires: run.expires,
            state: run.state,
            progress: run.progress,
            started: run.started,
            ended: run.ended,
            code: run.code,
            text: run.text,
            tried: run.tried,
            file: run.file,
        }
    }
}
