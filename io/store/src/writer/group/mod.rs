//! Changes that become durable together: decided one after another against a working state, written in one transaction.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, RwLock};

use domain::commit::{Committed, Proposal};
use domain::log::{Edit, Head, Position, Row};
use domain::stamp::Dot;
use uuid::Uuid;

use super::job::{BoxedJob, Obstacle};
use super::known::Known;
use super::rows::{Key, Rows};
use super::thread::Output;
use super::{Published, Setup, State};
use crate::actors::Actors;
use crate::batch::Batch;
use crate::db::{Db, WriteConnection, with_db};
use crate::error::Error;
use crate::facts::FactsJob;
use crate::fold::{self, Lag};
use crate::load::Digests;
use crate::secret::Sealer;
use crate::store::{Found, Store};

mod fetch;
mod statements;

/// What the writer knows between transactions.
pub(crate) struct Group {
    connection: WriteConnection,
    readers: Db,
    actors: Arc<RwLock<Actors>>,
    sealer: Arc<Sealer>,
    setup: Setup,
    position: Position,
    lpos: i64,
    digests: Digests,
    lag: Lag,
    known: Known,
    rows: Rows,
    /// A transaction failed, so that what the database holds must be compared before the next one.
    suspect: bool,
}

/// A state in the making, dropped if the transaction fails.
struct Working<S> {
    state: S,
    position: Position,
    lpos: i64,
    rows: BTreeMap<Key, Option<Row>>,
    digests: BTreeMap<(String, u16), u128>,
    requests: HashMap<Uuid, (Dot, i64)>,
    lag: Lag,
    entries: Vec<New>,
    answers: Vec<Answer<S>>,
}

/// An entry on its way into the log.
struct New {
    published: Arc<Published>,
    /// The end of the server's history with it.
    head: Head,
    /// What it adds to the digest, packed.
    digest: Vec<u8>,
}

/// What is told after the transaction.
enum Answer<S> {
    Done(BoxedJob<S>, Option<Dot>, i64),
    Repeated(BoxedJob<S>, Dot, i64),
}

impl Group {
    /// Goes on from what was loaded.
    pub(crate) fn new(store: &Store, found: Found, setup: Setup) -> Self {
        let Found { connection, position, lpos, digests, lag, known } = found;
        let (actors, sealer, readers) = (store.actors.clone(), store.sealer.clone(), store.db.clone());
        let rows = Rows::default();
        Self { connection, readers, actors, sealer, setup, position, lpos, digests, lag, known, rows, suspect: false }
    }

    /// Whether the database is reached over a socket.
    pub(crate) fn has_sockets(&self) -> bool {
        matches!(self.connection, WriteConnection::Pg(_))
    }

    /// Makes changes and facts durable in one transaction, publishes and answers.
    pub(crate) async fn run<S: State>(&mut self, jobs: Vec<BoxedJob<S>>, facts: Vec<FactsJob>, output: &Output<S>) {
        if self.suspect && !self.trusts_itself().await {
            jobs.into_iter().for_each(|job| job.failed(Obstacle::Unavailable));
            facts.into_iter().for_each(|job| job.answer(Err(Error::Unavailable)));
            return;
        }
        let mut working = Working {
            state: S::clone(&output.state.borrow()),
            position: self.position.clone(),
            lpos: self.lpos,
            rows: BTreeMap::new(),
            digests: BTreeMap::new(),
            requests: HashMap::new(),
            lag: Lag::default(),
            entries: Vec::new(),
            answers: Vec::new(),
        };
        for job in jobs {
            self.decide(job, &mut working).await;
        }
        let mut batch = if working.entries.is_empty() { Batch::default() } else { self.statements(&working) };
        let folds = self.lag.is_long_with(&working.lag) || facts.iter().any(|job| job.batch.folded);
        if folds {
            self.fold(&mut batch, (&working.position, working.lpos), &working.digests);
        }
        for job in &facts {
            batch.statements.extend(job.batch.statements.iter().cloned());
        }
        let result = if batch.statements.is_empty() { Ok(()) } else { self.connection.run(&batch).await.map(|_| ()) };
        match result {
            Ok(()) => {
                if folds {
                    self.lag = Lag::default();
                } else {
                    self.lag.join(std::mem::take(&mut working.lag));
                }
                self.publish(working, output);
                facts.into_iter().for_each(|job| job.answer(Ok(())));
            }
            Err(error) => {
                tracing::error!(%error, "a transaction failed");
                self.suspect = true;
                for answer in working.answers {
                    match answer {
                        Answer::Done(job, ..) | Answer::Repeated(job, ..) => job.failed(Obstacle::from(&error)),
                    }
                }
                let full = error.is_full();
                let failed = || if full { Error::full_database() } else { Error::Unavailable };
                facts.into_iter().for_each(|job| job.answer(Err(failed())));
            }
        }
    }

    /// Lets heads and digest follow the log, then closes all connections, the writer's last, which then moves the tail of SQLite's
    /// journal into its file.
    pub(crate) async fn close(mut self) {
        if !self.lag.is_empty() && (!self.suspect || self.trusts_itself().await) {
            let mut batch = Batch::default();
            self.fold(&mut batch, (&self.position, self.lpos), &BTreeMap::new());
            if let Err(error) = self.connection.run(&batch).await {
                // The next start counts in what the log has more.
                tracing::warn!(%error, "heads and digest could not follow the log");
            }
        }
        with_db!(&self.readers, pool => pool.close().await);
    }

    async fn decide<S: State>(&mut self, mut job: BoxedJob<S>, working: &mut Working<S>) {
        let origin = job.origin();
        if let Some(request) = origin.request {
            if let Some((dot, lpos)) = working.requests.get(&request).copied() {
                working.answers.push(Answer::Repeated(job, dot, lpos));
                return;
            }
            match self.entry_of(request).await {
                Ok(None) => {}
                Ok(Some((dot, lpos))) => return job.repeated(dot, lpos),
                Err(error) => {
                    tracing::error!(%error, "a request could not be looked up");
                    return job.failed(Obstacle::from(&error));
                }
            }
        }
        // A decision that panics is a fault of its own; the queue goes on.
        let Ok(decision) = catch_unwind(AssertUnwindSafe(|| job.decide(&working.state))) else {
            return job.failed(Obstacle::Unavailable);
        };
        let Some(edits) = decision else { return job.refused() };
        if let Err(error) = self.fetch(&edits, working).await {
            tracing::error!(%error, "documents could not be read");
            return job.failed(Obstacle::from(&error));
        }
        let proposal = Proposal {
            edits,
            wall_ms: (self.setup.clock)(),
            author: origin.author,
            request: origin.request,
            schema: self.setup.schema,
            epoch: 0,
        };
        match self.commit(proposal, working) {
            Ok(committed) => accept(job, committed, working, &self.digests),
            Err(error) => job.failed(Obstacle::Commit(error)),
        }
    }

    fn commit<S>(&self, proposal: Proposal, working: &mut Working<S>) -> Result<Committed, domain::commit::CommitError> {
        let Working { rows, position, .. } = working;
        let lookup = |kind: &str, id: Uuid| {
            let key = (kind.to_owned(), id);
            rows.get(&key).or_else(|| self.rows.get(&key)).cloned().flatten()
        };
        (self.setup.merge)(position, proposal, &lookup)
    }

    fn publish<S: State>(&mut self, working: Working<S>, output: &Output<S>) {
        self.position = working.position;
        self.lpos = working.lpos;
        self.digests.extend(working.digests);
        self.rows.make_room(working.rows.len());
        for (key, row) in working.rows {
            self.known.add(&key.0, key.1);
            self.rows.put(key, row);
        }
        if !working.entries.is_empty() {
            output.state.send_replace(Arc::new(working.state));
        }
        for entry in working.entries {
            // Nobody may be listening.
            let _ = output.published.send(entry.published);
        }
        for answer in working.answers {
            match answer {
                Answer::Done(job, dot, lpos) => job.done(dot, lpos),
                Answer::Repeated(job, dot, lpos) => job.repeated(dot, lpos),
            }
        }
    }

    /// Documents that edits are about, as far as they are not in memory.
    async fn fetch<S>(&mut self, edits: &[Edit], working: &Working<S>) -> Result<(), Error> {
        // Room for all of them at once: the lookup of a commit must find every one.
        self.rows.make_room(edits.len());
        for edit in edits {
            let key = (edit.kind.clone(), edit.id);
            if !working.rows.contains_key(&key) && self.rows.get(&key).is_none() {
                let row = if self.known.may_have(&key.0, key.1) { self.document(&key).await? } else { None };
                self.rows.put(key, row);
            }
        }
        Ok(())
    }
}

/// Takes a commit into the working state.
fn accept<S: State>(job: BoxedJob<S>, committed: Committed, working: &mut Working<S>, digests: &Digests) {
    let Some(entry) = committed.entry else {
        working.answers.push(Answer::Done(job, None, working.lpos));
        return;
    };
    working.lpos += 1;
    working.lag.note(&committed.digest);
    let digest = fold::pack(&committed.digest);
    for delta in committed.digest {
        let key = (delta.kind, delta.bucket);
        let before = digests.get(&key).copied().unwrap_or_default();
        let sum = working.digests.entry(key).or_insert(before);
        *sum = sum.wrapping_add(delta.sum);
    }
    for change in &committed.changes {
        working.state.put(&change.kind, change.id, change.after.clone());
        working.rows.insert((change.kind.clone(), change.id), change.after.clone());
    }
    let (dot, lpos) = (entry.dot, working.lpos);
    if let Some(request) = entry.request {
        working.requests.insert(request, (dot, lpos));
    }
    let published = Arc::new(Published { lpos, entry, changes: committed.changes });
    working.entries.push(New { published, head: committed.head, digest });
    working.answers.push(Answer::Done(job, Some(dot), lpos));
}
