//! The one writer: all changes go through its queue, one after another, and share transactions.

mod group;
mod job;
pub(crate) mod known;
mod others;
mod rows;
mod thread;
mod work;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use domain::commit::{CommitError, Committed, Proposal, RowChange};
use domain::log::{Edit, Entry, Position, Row};
use domain::stamp::Dot;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use uuid::Uuid;

use crate::error::Error;
use crate::store::Store;
use job::Change;
use work::Work;
pub use work::{AloneFailed, AppliedBatch, ApplyFailed, JoinFailed, JoinedState, MAX_BATCH, RebuiltState};

/// Changes that may wait; a sender waits for room beyond that.
const WAITING: usize = 1024;
/// Published changes that a slow subscriber may lag behind.
const BACKLOG: usize = 1024;

/// Data in memory that follows the documents. A clone must cost next to nothing.
pub trait State: Clone + Send + Sync + 'static {
    /// Takes a document as it is now; none removes it.
    fn put(&mut self, kind: &str, id: Uuid, row: Option<&Row>);

    /// Epoch of the Main, as the documents have it.
    fn epoch(&self) -> u32 {
        0
    }
}

/// Makes a log entry of edits: `replica::commit`.
pub type Merge = fn(&mut Position, Proposal, &dyn Fn(&str, Uuid) -> Option<Row>) -> Result<Committed, CommitError>;

/// The wall clock in Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What the writer is made of.
#[derive(Clone)]
pub struct Setup {
    /// The rules.
    pub merge: Merge,
    /// The clock.
    pub clock: Clock,
    /// Version of the registry of kinds, written into entries.
    pub schema: u32,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// Who wants a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The user or device; none for the server itself.
    pub author: Option<Uuid>,
    /// Names the request: the same one again changes nothing and gets the first one's answer.
    pub request: Option<Uuid>,
}

/// The good end of a change: it is durable.
#[derive(Clone, Debug, PartialEq)]
pub enum Done<T> {
    /// It was made.
    New {
        /// What the decision returned.
        value: T,
        /// The entry; none if nothing had to be changed.
        dot: Option<Dot>,
        /// The end of the log after it.
        lpos: i64,
    },
    /// The same request was made before.
    Repeated {
        /// Its entry.
        dot: Dot,
        /// Where the entry stands.
        lpos: i64,
    },
}

/// The bad end of a change: nothing was changed, except after [`Failed::Unavailable`] with an unknown outcome, which repeating the
/// same request id clears up.
#[derive(Clone, Debug, PartialEq)]
pub enum Failed<E> {
    /// The decision refused.
    Refused(E),
    /// The edits do not fit.
    Commit(CommitError),
    /// The disk is full; nothing was changed. Later changes are taken again as soon as there is room.
    Full,
    /// The disk or the database failed.
    Unavailable,
}

/// An entry that has become durable, written here or taken in from another server: its dot's actor tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Where it stands in the log of this server.
    pub lpos: i64,
    /// The entry.
    pub entry: Entry,
    /// Documents before and after.
    pub changes: Vec<RowChange>,
}

/// A handle to the writer.
#[derive(Debug)]
pub struct Writer<S> {
    queue: mpsc::Sender<Work<S>>,
    state: watch::Receiver<Arc<S>>,
    published: broadcast::Sender<Arc<Published>>,
    stop: Arc<watch::Sender<bool>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl<S> Clone for Writer<S> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            state: self.state.clone(),
            published: self.published.clone(),
            stop: self.stop.clone(),
            thread: self.thread.clone(),
        }
    }
}

impl<S: State> Writer<S> {
    /// Starts the writer of `store` on a thread of its own, with `state` built from the documents of [`Store::open`].
    ///
    /// # Errors
    /// [`Error::Conflict`] if the store has a writer already; [`Error::File`] if no thread can be started.
    pub fn start(store: &Store, state: S, setup: Setup) -> Result<Self, Error> {
        let start = store.take_start().ok_or_else(|| Error::Conflict { what: "The store has a writer already".into() })?;
        let (queue, jobs) = mpsc::channel(WAITING);
        let (state_sender, state) = watch::channel(Arc::new(state));
        let published = broadcast::Sender::new(BACKLOG);
        let (stop, stopped) = watch::channel(false);
        let group = group::Group::new(store, start.found, setup);
        let output = thread::Output { state: state_sender, published: published.clone() };
        let input = thread::Input { jobs, facts: start.facts, stopped };
        let thread = thread::spawn(input, group, output).map_err(|error| Error::file(store.dir(), error))?;
        Ok(Self { queue, state, published, stop: Arc::new(stop), thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// The newest published state.
    #[must_use]
    pub fn state(&self) -> Arc<S> {
        self.state.borrow().clone()
    }

    /// Follows the published state.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<S>> {
        self.state.clone()
    }

    /// Follows the published entries; each arrives after the state that contains it. When the state of another server was joined, which
    /// has no entries, every subscriber is told that it lags: it looks at the state, as it does after a real lag.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Published>> {
        self.published.subscribe()
    }

    /// Runs `decide` against the newest state, in its turn, and makes what it asks for durable.
    ///
    /// Returns after the change is on disk and published. Dropping the future does not take the change back.
    ///
    /// # Errors
    /// [`Failed`]; a refusal costs no transaction.
    pub async fn submit<T, E, F>(&self, origin: Origin, decide: F) -> Result<Done<T>, Failed<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&S) -> Result<(Vec<Edit>, T), E> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let job = Change { origin, decide: Some(decide), value: None, answer };
        self.queue.send(Work::Change(Box::new(job))).await.map_err(|_| Failed::Unavailable)?;
        outcome.await.unwrap_or(Err(Failed::Unavailable))
    }

    /// Makes `edits` durable without looking at the state.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn write(&self, origin: Origin, edits: Vec<Edit>) -> Result<Done<()>, Failed<Infallible>> {
        self.submit(origin, move |_| Ok((edits, ()))).await
    }

    /// Finishes what is in the queue, closes the database and ends the thread. Later changes are refused.
    pub async fn close(&self) {
        self.stop.send_replace(true);
        let thread = self.thread.lock().expect("nothing panics with this lock").take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}
