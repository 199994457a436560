//! Facts: rows that are added, listed, and forgotten after a while. They belong to one site and are not replicated.
//!
//! Adding shares the writer's transactions: it returns when the rows are on disk.

mod alert;
mod audit;
mod event;
mod feed;
mod message;
mod notice;
mod play;
mod session;
mod task_run;
mod telling;

use tokio::sync::{mpsc, oneshot};

use crate::batch::Batch;
use crate::db::Db;
use crate::error::Error;

pub use alert::{Alert, AlertFilter};
pub use audit::{Audit, AuditFilter, Audited};
pub use event::{Event, EventFilter};
pub use feed::{Feed, FeedPosition};
pub use message::Message;
pub(crate) use notice::all as all_notices;
pub use notice::{NoticeFilter, Noticed, Resolved};
pub use notice::{kind_of as notice_kind, name as notice_name};
pub use play::{Play, PlayCursor, PlayFilter};
pub use session::{SEEN_STEP_MS, Session};
pub use task_run::{RunCursor, RunFilter, TaskRun};
pub use telling::Telling;

/// All facts of a store.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(crate) db: Db,
    queue: mpsc::Sender<FactsJob>,
}

/// Facts on their way to the writer.
#[derive(Debug)]
pub(crate) struct FactsJob {
    pub(crate) batch: Batch,
    answer: oneshot::Sender<Result<(), Error>>,
}

impl FactsJob {
    /// Tells the one who waits, if there still is one.
    pub(crate) fn answer(self, result: Result<(), Error>) {
        let _ = self.answer.send(result);
    }
}

impl Facts {
    pub(crate) fn new(db: Db, queue: mpsc::Sender<FactsJob>) -> Self {
        Self { db, queue }
    }

    /// Makes `batch` durable, together with whatever else is waiting.
    pub(crate) async fn write(&self, batch: Batch) -> Result<(), Error> {
        let (answer, outcome) = oneshot::channel();
        self.queue.send(FactsJob { batch, answer }).await.map_err(|_| Error::Unavailable)?;
        outcome.await.unwrap_or(Err(Error::Unavailable))
    }
}

/// Reads the JSON of a `detail` column.
fn detail(text: &str, what: &str) -> Result<serde_json::Value, Error> {
    serde_json::from_str(text).map_err(|_| Error::damaged(what))
}
