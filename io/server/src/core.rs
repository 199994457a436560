//! The heart: state in memory, and the one way to change it.

use std::sync::Arc;

use domain::log::{Edit, Row};
use domain::refusal::Refusal;
use domain::stamp::{Dot, VersionVector};
use domain::state::State;
use http::HeaderValue;
use parking_lot::Mutex;
use store::{Done, Failed, Loaded, Origin, Published, Setup, Store, Writer};
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::http::error::Error;

/// Version of the registry of kinds, written into log entries.
pub const SCHEMA: u32 = 1;

/// The state as the writer keeps it: a newtype, since neither its trait nor the state is ours.
#[derive(Clone, Debug, Default)]
pub struct Memory(pub State);

impl store::State for Memory {
    fn put(&mut self, kind: &str, id: Uuid, row: Option<Row>) {
        self.0.put(kind, id, row);
    }
}

impl std::ops::Deref for Memory {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

/// Who changes something, and under which request id.
pub type Change = Origin;

/// A durable change.
#[derive(Clone, Debug)]
pub struct Made<T> {
    /// What the decision returned; none when the same request was made before.
    pub outcome: Option<T>,
    /// The log entry; none if nothing had to change.
    pub dot: Option<Dot>,
    /// Ids of documents that the entry inserted, for repeated requests.
    inserted: Vec<(String, Uuid)>,
}

impl<T> Made<T> {
    /// The document of this kind that the change made.
    #[must_use]
    pub fn made(&self, kind: &str) -> Option<Uuid> {
        self.inserted.iter().find(|(k, _)| k == kind).map(|(_, id)| *id)
    }

    /// How many documents of this kind the change made, where the same request was made before.
    #[must_use]
    pub fn count(&self, kind: &str) -> usize {
        self.inserted.iter().filter(|(k, _)| k == kind).count()
    }

    /// Writes the change's address into an answer.
    pub fn sign(&self, response: &mut axum::response::Response) {
        if let Some(dot) = self.dot {
            let value = HeaderValue::from_str(&dot.to_string()).expect("dots are ASCII");
            response.headers_mut().insert("signboard-dot", value);
        }
    }
}

/// State, log and the queue of changes.
#[derive(Clone)]
pub struct Core {
    store: Store,
    writer: Writer<Memory>,
    actor: domain::stamp::Actor,
    /// What this database contains, and the end of its log.
    reached: Arc<Mutex<(VersionVector, i64)>>,
}

impl Core {
    /// Starts the writer on an open store.
    ///
    /// # Errors
    /// [`store::Error`] when the store has a writer already.
    pub fn start(store: Store, memory: Memory, loaded: &Loaded) -> Result<Self, store::Error> {
        let setup = Setup { merge: replica::commit, clock: Arc::new(crate::now::now_ms), schema: SCHEMA };
        let writer = Writer::start(&store, memory, setup)?;
        let reached = Arc::new(Mutex::new((loaded.position.vector.clone(), loaded.lpos)));
        Ok(Self { store, writer, actor: loaded.position.actor, reached })
    }

    /// The state as it is now; it does not change under the reader.
    #[must_use]
    pub fn state(&self) -> Arc<Memory> {
        self.writer.state()
    }

    /// Follows the state.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Memory>> {
        self.writer.watch()
    }

    /// Follows durable entries.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Published>> {
        self.writer.subscribe()
    }

    /// Facts, media and log.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The server's id, the same at every start and known to nobody else's store.
    #[must_use]
    pub fn server_id(&self) -> uuid::Uuid {
        self.actor.server
    }

    /// The server's incarnation, part of the ids of live events.
    #[must_use]
    pub fn incarnation(&self) -> u32 {
        self.actor.incarnation
    }

    /// Decides on the newest state, in turn with all other changes, and makes it durable.
    ///
    /// # Errors
    /// The refusal as an answer; 507 when the disk is full, 503 when it or the database fails.
    pub async fn change<T: Send + 'static>(
        &self,
        change: Change,
        decide: impl FnOnce(&State) -> Result<(Vec<Edit>, T), Refusal> + Send + 'static,
    ) -> Result<Made<T>, Error> {
        match self.writer.submit(change, move |memory: &Memory| decide(&memory.0)).await {
            Ok(Done::New { value, dot, lpos }) => {
                self.reach(dot, lpos);
                metrics::counter!("signboard_changes_total").increment(1);
                Ok(Made { outcome: Some(value), dot, inserted: Vec::new() })
            }
            Ok(Done::Repeated { dot, lpos }) => Ok(Made { outcome: None, dot: Some(dot), inserted: self.inserted(lpos).await? }),
            Err(Failed::Refused(refusal)) => Err(refusal.into()),
            Err(Failed::Commit(error)) => {
                Err(Error::new(http::StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("{error}: send fewer changes at once")))
            }
            Err(Failed::Full) => Err(Error::disk_full()),
            Err(Failed::Unavailable) => Err(Error::unavailable("the store accepts no changes")),
        }
    }

    /// A change by the server itself.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn change_own<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&State) -> Result<(Vec<Edit>, T), Refusal> + Send + 'static,
    ) -> Result<Made<T>, Error> {
        self.change(Change::default(), decide).await
    }

    /// Whether this server has an entry of its own log; entries of other servers count once it has met them.
    #[must_use]
    pub fn has(&self, dot: Dot) -> bool {
        self.reached.lock().0.covers(&dot)
    }

    /// The end of the log.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.reached.lock().1
    }

    fn reach(&self, dot: Option<Dot>, lpos: i64) {
        let mut reached = self.reached.lock();
        if let Some(dot) = dot {
            reached.0.raise(dot);
        }
        reached.1 = reached.1.max(lpos);
    }

    /// Finishes what waits and closes the database.
    pub async fn close(&self) {
        self.writer.close().await;
    }

    async fn inserted(&self, lpos: i64) -> Result<Vec<(String, Uuid)>, Error> {
        let logged = self.store.read_log(lpos - 1, 1).await.map_err(Error::unavailable)?;
        let ops = logged.into_iter().filter(|logged| logged.lpos == lpos).flat_map(|logged| logged.entry.ops);
        let inserts = ops.filter(|op| matches!(op.action, domain::log::Action::Ins(_)));
        Ok(inserts.map(|op| (op.kind, op.id)).collect())
    }
}
