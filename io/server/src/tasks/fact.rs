//! A run as a row of the store.

use domain::task::{Run, RunFile, RunState, TaskKind};
use serde::{Deserialize, Serialize};
use store::facts::TaskRun;

/// What of a run has no column of its own.
#[derive(Serialize, Deserialize)]
struct Detail {
    kind: TaskKind,
    expires: i64,
    #[serde(default)]
    progress: u8,
    #[serde(default)]
    code: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    tried: Vec<String>,
    #[serde(default)]
    file: Option<RunFile>,
}

/// The row of a run.
pub(super) fn write(run: &Run) -> TaskRun {
    let detail = Detail {
        kind: run.kind.clone(),
        expires: run.expires,
        progress: run.progress,
        code: run.code.clone(),
        text: run.text.clone(),
        tried: run.tried.clone(),
        file: run.file.clone(),
    };
    TaskRun {
        id: run.id,
        task: run.task.0,
        viewer: Some(run.viewer.0),
        planned: run.planned,
        started: run.started,
        ended: run.ended,
        outcome: run.state.name().to_owned(),
        detail: serde_json::to_value(detail).expect("a run is plain data"),
    }
}

/// The run of a row; none where a newer version wrote what this one does not know.
pub(super) fn read(row: TaskRun) -> Option<Run> {
    let detail: Detail = serde_json::from_value(row.detail).ok()?;
    let state: RunState = serde_json::from_value(serde_json::Value::String(row.outcome)).ok()?;
    Some(Run {
        id: row.id,
        task: row.task.into(),
        viewer: row.viewer?.into(),
        kind: detail.kind,
        planned: row.planned,
        expires: detail.expires,
        state,
        progress: detail.progress,
        started: row.started,
        ended: row.ended,
        code: detail.code,
        text: detail.text,
        tried: detail.tried,
        file: detail.file,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{TaskId, ViewerId};
    use domain::task::Report;
    use uuid::Uuid;

    #[test]
    fn a_run_survives_the_store() {
        let (task, viewer) = (TaskId(Uuid::from_u128(1)), ViewerId(Uuid::from_u128(2)));
        let mut run = Run::new(task, viewer, TaskKind::FetchLogs { lines: 5 }, 1_000, 60_000);
        assert_eq!(read(write(&run)), Some(run.clone()));
        run.report(Report::Running(40), 2_000);
        run.tried = vec!["the server called".to_owned()];
        run.file = Some(RunFile { name: "log.txt".into(), mime: "text/plain".into(), bytes: 7 });
        run.report(Report::Failed { code: "not_allowed".into(), text: "no".into() }, 3_000);
        assert_eq!(read(write(&run)), Some(run));
    }

    #[test]
    fn what_a_newer_version_wrote_is_passed_over() {
        let run = Run::new(TaskId::default(), ViewerId::default(), TaskKind::Reboot, 0, 1);
        let row = write(&run);
        assert_eq!(read(TaskRun { outcome: "dreaming".into(), ..row.clone() }), None);
        assert_eq!(read(TaskRun { viewer: None, ..row }), None);
    }
}
