//! The heart: state in memory, and the one way to change it.

use std::sync::Arc;
use std::time::Instant;

use domain::id::ServerId;
use domain::lead::Lead;
use domain::log::{Edit, Entry, Row};
use domain::refusal::Refusal;
use domain::stamp::{Actor, Dot};
use domain::state::State;
use http::HeaderValue;
use parking_lot::Mutex;
use store::{
    AloneFailed, AppliedBatch, ApplyFailed, Done, Failed, JoinFailed, JoinedState, Loaded, Origin, Published, RebuiltState,
    Setup, Store, Writer,
};
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::http::error::Error;

/// Version of the registry of kinds, written into log entries.
pub const SCHEMA: u32 = 1;

/// The state as the writer keeps it: a newtype, since neither its trait nor the state is ours.
#[derive(Clone, Debug, Default)]
pub struct Memory(pub State);

impl store::State for Memory {
    fn put(&mut self, kind: &str, id: Uuid, row: Option<&Row>) {
        self.0.put(kind, id, row.cloned());
    }

    fn epoch(&self) -> u32 {
        domain::lead::epoch(&self.0)
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
    server: Uuid,
    duties: Duties,
}

/// Until when the Main may act, where servers vote; none: most voters have not been heard.
#[derive(Clone, Default)]
struct Duties(Arc<Mutex<Option<Instant>>>);

impl Duties {
    /// Whether `own` may do what only the Main does, by what its voters said: always where nobody votes, or it does not lead.
    fn hold(&self, state: &State, own: ServerId, heard: Lead) -> bool {
        let leads = domain::lead::lead_with(state, heard).is_some_and(|lead| lead.server == own);
        !leads || !domain::voters::in_force(state).is_on() || self.0.lock().is_some_and(|until| Instant::now() < until)
    }
}

impl Core {
    /// Starts the writer on an open store.
    ///
    /// # Errors
    /// [`store::Error`] when the store has a writer already.
    pub fn start(store: Store, memory: Memory, loaded: &Loaded) -> Result<Self, store::Error> {
        #[cfg(not(feature = "next"))]
        let merge = replica::commit;
        #[cfg(feature = "next")]
        let merge = crate::mutant::merge;
        let setup = Setup { merge, clock: Arc::new(crate::now::now_ms), schema: SCHEMA };
        let writer = Writer::start(&store, memory, setup)?;
        Ok(Self { store, writer, server: loaded.position.actor.server, duties: Duties::default() })
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
        self.server
    }

    /// This server as one of several; none while it is alone.
    #[must_use]
    pub fn as_one_of_several(&self) -> Option<ServerId> {
        let own = ServerId(self.server);
        self.state().servers.get(own).map(|_| own)
    }

    /// The server's incarnation, part of the ids of live events.
    #[must_use]
    pub fn incarnation(&self) -> u32 {
        self.store.standing().position.actor.incarnation
    }

    /// Decides on the newest state, in turn with all other changes, and makes it durable.
    ///
    /// # Errors
    /// The refusal as an answer, also where only the Main may do it, or the Main has not heard from most voters; 403 on a server that is read-only; 507 when the disk is full, 503 when
    /// it or the database fails.
    pub async fn change<T: Send + 'static>(
        &self,
        change: Change,
        decide: impl FnOnce(&State) -> Result<(Vec<Edit>, T), Refusal> + Send + 'static,
    ) -> Result<Made<T>, Error> {
        let (own, heard, duties) = (ServerId(self.server), self.store.heard_lead(), self.duties.clone());
        let checked = move |state: &State| {
            let (edits, value) = decide(state)?;
            domain::lead::check(state, own, heard, &edits)?;
            if let Err(unheard) = domain::voters::check_unheard(&edits)
                && !duties.hold(state, own, heard)
            {
                return Err(unheard);
            }
            Ok((edits, value))
        };
        self.change_lead(change, checked).await
    }

    /// Like [`Self::change`], for what alters who leads: the promoted server does not lead yet.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn change_lead<T: Send + 'static>(
        &self,
        change: Change,
        decide: impl FnOnce(&State) -> Result<(Vec<Edit>, T), Refusal> + Send + 'static,
    ) -> Result<Made<T>, Error> {
        // What it wrote would be taken by no other server, and end every session.
        let read_only = self.state().servers.get(ServerId(self.server)).is_some_and(|own| own.read_only);
        #[cfg(feature = "next")]
        let read_only = read_only && crate::mutant::obeys();
        if read_only {
            let text = "people may only look at things on this server: make the change on another one of the installation";
            return Err(Error::new(http::StatusCode::FORBIDDEN, "read_only_server", text));
        }
        #[cfg(not(feature = "next"))]
        let made = self.writer.submit(change, move |memory: &Memory| decide(&memory.0)).await;
        #[cfg(feature = "next")]
        let made = crate::mutant::submit(&self.writer, change, decide).await;
        match made {
            Ok(Done::New { value, dot, .. }) => {
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

    /// Who leads, as far as this server knows; none: it is the only one, or its state has not come yet.
    #[must_use]
    pub fn lead(&self) -> Option<Lead> {
        domain::lead::lead_with(&self.state(), self.store.heard_lead())
    }

    /// Whether this server has the duties that only one has: it leads, or is the only one.
    #[must_use]
    pub fn is_main(&self) -> bool {
        self.lead().is_none_or(|lead| lead.server.0 == self.server)
    }

    /// Whether this server is the Main and may act as such: where servers vote, most of them have heard it lately.
    #[must_use]
    pub fn has_duties(&self) -> bool {
        self.is_main() && self.duties.hold(&self.state(), ServerId(self.server), self.store.heard_lead())
    }

    /// Sets until when this server may act as the Main where servers vote; none: it may not.
    pub(crate) fn set_duties(&self, until: Option<Instant>) {
        *self.duties.0.lock() = until;
    }

    /// Whether this server has an entry, of its own or of another server.
    #[must_use]
    pub fn has(&self, dot: Dot) -> bool {
        self.store.standing().position.vector.covers(&dot)
    }

    /// The end of the log.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.store.standing().lpos
    }

    /// Takes in entries of other servers, all or none.
    ///
    /// # Errors
    /// [`ApplyFailed`].
    pub async fn apply(&self, entries: Vec<Entry>) -> Result<AppliedBatch, ApplyFailed> {
        self.writer.apply(entries).await
    }

    /// Joins the state of another server of the installation.
    ///
    /// # Errors
    /// [`JoinFailed`].
    pub async fn join(&self, installation: Uuid, source: impl std::io::Read + Send + 'static) -> Result<JoinedState, JoinFailed> {
        self.writer.join(installation, source).await
    }

    /// Lets the state of another server take the place of this one's, whose entries of `actor` are not the ones that count. `keep` makes durable
    /// what is not taken over.
    ///
    /// # Errors
    /// [`JoinFailed`].
    pub async fn rebuild(
        &self,
        installation: Uuid,
        actor: Actor,
        source: impl std::io::Read + Send + 'static,
        keep: impl FnOnce(&[Entry]) -> std::io::Result<()> + Send + 'static,
    ) -> Result<RebuiltState, JoinFailed> {
        self.writer.rebuild(installation, actor, source, keep).await
    }

    /// Becomes an empty part of another installation.
    ///
    /// # Errors
    /// [`AloneFailed`].
    pub async fn adopt(&self, installation: Uuid) -> Result<Actor, AloneFailed> {
        self.writer.adopt(installation).await
    }

    /// Notes that this server has to be rebuilt; none: that it need not be any more.
    ///
    /// # Errors
    /// [`AloneFailed`].
    pub async fn note_fork(&self, fork: Option<replica::incarnation::Fork>) -> Result<(), AloneFailed> {
        self.writer.note_fork(fork).await
    }

    /// Goes on under a new incarnation, because of what proves that the disk went back.
    ///
    /// # Errors
    /// [`AloneFailed`].
    pub async fn renew(&self, evidence: replica::Evidence) -> Result<Actor, AloneFailed> {
        self.writer.renew(evidence).await
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
