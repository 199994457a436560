//! Delivering runs to viewers, and taking their reports.

use std::time::Instant;

use control::order::{Order, OrderKind, Report};
use domain::task::{Report as Progress, Run, TaskKind};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::files::Taken;
use super::{Tasks, fact};
use crate::app::App;
use crate::now::now_ms;

fn order(run: &Run) -> Option<Order> {
    let seconds = run.kind.seconds();
    Some(Order {
        id: run.id,
        kind: OrderKind::of(run.kind.name())?,
        seconds: (seconds > 0).then_some(seconds),
        arguments: run.kind.arguments().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        expires: Some(run.expires),
    })
}

impl Tasks {
    /// Delivers what connected viewers have not been told in their present session. True if some viewer was too busy to be told.
    pub(super) fn deliver(&self, app: &App, listeners: &mut JoinSet<()>) -> bool {
        let mut is_busy = false;
        let mut open = self.open.lock();
        for (id, entry) in open.iter_mut().filter(|(_, entry)| !entry.run.state.is_final() && entry.run.kind != TaskKind::Wake) {
            let Some(session) = app.hub.session_at(entry.run.viewer) else { continue };
            if entry.session == Some(session) {
                continue;
            }
            let Some(order) = order(&entry.run) else { continue };
            if entry.listener.is_none() {
                let reports = app.hub.reports(*id);
                entry.listener = Some(listeners.spawn(listen(app.clone(), *id, reports)));
            }
            if app.hub.order(entry.run.viewer, order) {
                entry.session = Some(session);
                if entry.run.sent() {
                    entry.dirty = true;
                    self.changed.lock().insert(entry.run.task);
                }
            } else {
                is_busy = true;
            }
        }
        is_busy
    }

    /// Ends what time ends, and calls off what is no longer wanted.
    pub(super) fn look_at_clock(&self, app: &App, now: i64) {
        let state = app.core.state();
        let mut open = self.open.lock();
        for entry in open.values_mut() {
            let run = &mut entry.run;
            let is_wanted = state.tasks.get(run.task).is_some_and(domain::task::Task::is_live);
            let is_there = state.rows.viewers.get(run.viewer).is_some_and(|viewer| viewer.trashed_at.is_none());
            if run.look_at_clock(now) || (!(is_wanted && is_there) && run.cancel(now)) {
                entry.dirty = true;
                self.changed.lock().insert(run.task);
            }
        }
    }

    /// Writes what changed, and forgets what has ended.
    pub(super) async fn flush(&self, app: &App) -> Result<(), store::Error> {
        let dirty: Vec<Run> = self.open.lock().values().filter(|entry| entry.dirty).map(|entry| entry.run.clone()).collect();
        if dirty.is_empty() {
            return Ok(());
        }
        app.core.store().facts().put_task_runs(dirty.iter().map(fact::write).collect()).await?;
        let mut open = self.open.lock();
        for run in dirty {
            let Some(entry) = open.get_mut(&run.id) else { continue };
            // What changed meanwhile is written next time.
            entry.dirty = entry.run != run;
            if run.state.is_final() {
                open.remove(&run.id);
                self.files.forget(run.id);
            }
        }
        self.news.notify_one();
        Ok(())
    }

    /// Writes what changed last, when nobody carries the runs on any more.
    pub(crate) async fn close(&self, app: &App) {
        if let Err(error) = self.flush(app).await {
            // Viewers are told again at the next start, and report again.
            tracing::warn!(%error, "how tasks went could not be written");
        }
    }

    /// When the next run ends by itself, Unix milliseconds.
    pub(super) fn next_end(&self) -> Option<i64> {
        let open = self.open.lock();
        open.values().map(|entry| entry.run.started.map_or(entry.run.expires, |at| at + domain::task::GIVEN_UP_MS)).min()
    }

    /// Takes a viewer's report.
    async fn take(&self, id: Uuid, report: Report) {
        let progress = match report {
            Report::Hearing(_) => return,
            Report::Started => Progress::Started,
            Report::Running { percent, .. } => Progress::Running(percent),
            Report::Done { text } => Progress::Done(text),
            Report::Failed { code, text } => Progress::Failed { code, text },
            Report::Attachment(part) => match self.files.take(id, part, Instant::now()) {
                Taken::More => return,
                Taken::Refused(text) => failed("file", text),
                Taken::Whole(file, bytes) => match self.files.keep(id, bytes).await {
                    Ok(()) => {
                        self.change(id, |run| {
                            run.file = Some(file);
                            true
                        });
                        return;
                    }
                    Err(error) => {
                        tracing::error!(%error, run.id = %id, "the file of a task could not be kept");
                        failed("file", "the server could not keep the file: look at its disk")
                    }
                },
            },
        };
        self.change(id, |run| {
            let brings = matches!(run.kind, TaskKind::Screenshot | TaskKind::BlackBox | TaskKind::FetchLogs { .. });
            let is_empty = brings && run.file.is_none() && matches!(progress, Progress::Done(_));
            run.report(if is_empty { failed("no_file", "the screen sent no file") } else { progress }, now_ms())
        });
    }
}

fn failed(code: &str, text: &str) -> Progress {
    Progress::Failed { code: code.to_owned(), text: text.to_owned() }
}

/// Hears a viewer until its run is over; the run ends this when it is forgotten.
async fn listen(app: App, id: Uuid, mut reports: mpsc::Receiver<Report>) {
    while let Some(report) = reports.recv().await {
        app.tasks.take(id, report).await;
    }
}
