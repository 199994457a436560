//! The loop that keeps tasks going.

use std::time::Duration;

use domain::document::Document as _;
use domain::task::Task;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;

use super::making::Maker;
use crate::app::App;
use crate::now::now_ms;

/// How long to wait before something that did not work is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long to wait for a viewer that is too busy to be told.
const BUSY_MS: i64 = 1_000;
/// Reports and arrivals come in crowds; so long they are gathered.
const GATHER: Duration = Duration::from_millis(50);

/// Keeps tasks going, for ever.
pub(crate) async fn follow(app: App) {
    let mut entries = app.core.subscribe();
    let mut helpers = JoinSet::new();
    let mut maker = loop {
        match Maker::resume(&app.tasks, app.core.store().facts(), now_ms()).await {
            Ok(maker) => break maker,
            Err(error) => {
                tracing::error!(%error, "the tasks of before could not be read");
                tokio::time::sleep(AGAIN).await;
            }
        }
    };
    loop {
        let now = now_ms();
        let next = match round(&app, &mut maker, &mut helpers, now).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "tasks could not be kept going");
                now + i64::try_from(AGAIN.as_millis()).unwrap_or(i64::MAX)
            }
        };
        let wait = Duration::from_millis(u64::try_from(next - now_ms()).unwrap_or(0));
        let end = tokio::time::sleep(wait);
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => break,
                () = app.tasks.work.notified() => break,
                () = app.hub.arrivals.notified() => break,
                Some(_) = helpers.join_next() => {}
                entry = entries.recv() => match entry {
                    Ok(published) if !published.entry.ops.iter().any(|op| op.kind == Task::SPEC.name || op.kind == "viewer") => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return,
                },
            }
        }
        tokio::time::sleep(GATHER).await;
    }
}

/// One round: make, end, deliver, wake, write. Returns when the next one is due, Unix milliseconds.
async fn round(app: &App, maker: &mut Maker, helpers: &mut JoinSet<()>, now: i64) -> Result<i64, store::Error> {
    let tasks = &app.tasks;
    let made = maker.look(tasks, &app.core, now).await;
    tasks.look_at_clock(app, now);
    let is_busy = tasks.deliver(app, helpers);
    let awake = tasks.wake_up(app, helpers, now);
    tasks.flush(app).await?;
    let again = is_busy.then_some(now + BUSY_MS);
    Ok([Some(made?), tasks.next_end(), awake, again].into_iter().flatten().min().unwrap_or(i64::MAX).max(now))
}
