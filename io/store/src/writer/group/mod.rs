//! Changes that become durable together: decided one after another against a working state, written in one transaction.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use domain::log::Position;
use replica::incarnation::Fork;
use tokio::sync::watch;
use uuid::Uuid;

use super::known::Known;
use super::rows::{Held, Key, Kinds, Rows};
use super::thread::Output;
use super::work::Work;
use super::{Setup, State};
use crate::actors::Actors;
use crate::batch::Batch;
use crate::db::{Db, WriteConnection, with_db};
use crate::error::Error;
use crate::facts::FactsJob;
use crate::fold::Lag;
use crate::load::Digests;
use crate::secret::Sealer;
use crate::standing::Standing;
use crate::store::{Found, Store};
use working::{Answer, Bucket, Working};

mod ahead;
mod alone;
mod apply;
mod decide;
mod fetch;
mod join;
mod pass;
mod rebuild;
mod statements;
mod working;

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
    /// The sum of the digests.
    digest: u128,
    installation: Uuid,
    forked: Option<Fork>,
    standing: Arc<watch::Sender<Arc<Standing>>>,
    lag: Lag,
    known: Known,
    rows: Rows,
    kinds: Kinds,
    /// A transaction failed, so that what the database holds must be compared before the next one.
    suspect: bool,
}

impl Group {
    /// Goes on from what was loaded.
    pub(crate) fn new(store: &Store, found: Found, setup: Setup) -> Self {
        let Found { connection, position, lpos, digests, lag, known } = found;
        let (actors, sealer, readers) = (store.actors.clone(), store.sealer.clone(), store.db.clone());
        let standing = store.standing();
        Self {
            connection,
            readers,
            actors,
            sealer,
            setup,
            position,
            lpos,
            digests,
            digest: standing.digest,
            installation: standing.installation,
            forked: standing.forked,
            standing: store.standing.clone(),
            lag,
            known,
            rows: Rows::default(),
            kinds: Kinds::default(),
            suspect: false,
        }
    }

    /// Whether the database is reached over a socket.
    pub(crate) fn has_sockets(&self) -> bool {
        matches!(self.connection, WriteConnection::Pg(_))
    }

    /// Makes changes and facts durable in one transaction, publishes and answers.
    pub(crate) async fn run<S: State>(&mut self, jobs: Vec<Work<S>>, facts: Vec<FactsJob>, output: &Output<S>) {
        if self.suspect && !self.trusts_itself().await {
            jobs.into_iter().for_each(Work::unavailable);
            facts.into_iter().for_each(|job| job.answer(Err(Error::Unavailable)));
            return;
        }
        let state = S::clone(&output.state.borrow());
        let mut working = Working::new(state, self.position.clone(), self.lpos);
        for job in jobs {
            match job {
                Work::Change(job) => self.decide(job, &mut working).await,
                Work::Apply(job) => self.apply(job, &mut working).await,
                Work::Alone(_) => unreachable!("these are not run in groups"),
            }
        }
        let ahead = working.ahead.take();
        let mut batch = if working.entries.is_empty() { Batch::default() } else { self.statements(&working, ahead.as_ref()) };
        let folds = self.lag.is_long_with(working.additions) || facts.iter().any(|job| job.batch.folded);
        if folds {
            self.fold(&mut batch, (&working.position, working.lpos), &working.digests);
        }
        for job in &facts {
            batch.statements.extend(job.batch.statements.iter().cloned());
        }
        let result = match ahead {
            Some(ahead) => self.finish(ahead, batch).await,
            None if batch.statements.is_empty() => Ok(()),
            None => self.connection.run(&batch).await.map(|_| ()),
        };
        match result {
            Ok(()) => {
                if !working.entries.is_empty() {
                    self.actors.write().expect("nothing panics with this lock").all_stored();
                }
                if folds {
                    self.lag = Lag::default();
                } else {
                    self.lag.grow(working.additions, working.digests.keys().cloned());
                }
                let rows = self.publish(working, output);
                if facts.iter().any(|job| job.batch.folded) {
                    // The log was cut.
                    self.stand();
                }
                facts.into_iter().for_each(|job| job.answer(Ok(())));
                // Nobody waits for this: what is forgotten for it takes a while to be freed.
                self.remember(rows);
            }
            Err(error) => {
                tracing::error!(%error, "a transaction failed");
                self.suspect = true;
                working.answers.into_iter().for_each(|answer| answer.bad(&error));
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
        if let WriteConnection::Pg(pool) = &self.connection {
            pool.close().await;
        }
    }

    /// Tells everybody; hands back the rows, to be remembered before the next change is decided.
    fn publish<S: State>(&mut self, working: Working<S>, output: &Output<S>) -> BTreeMap<Key, Held> {
        self.position = working.position;
        self.lpos = working.lpos;
        self.note_digests(working.digests);
        if !working.entries.is_empty() {
            output.state.send_replace(Arc::new(working.state));
            self.stand();
        }
        for entry in working.entries {
            // Nobody may be listening.
            let _ = output.published.send(Arc::clone(&entry.published));
        }
        working.answers.into_iter().for_each(Answer::good);
        working.rows
    }

    fn remember(&mut self, rows: BTreeMap<Key, Held>) {
        self.rows.make_room(rows.len());
        for (key, row) in rows {
            self.known.add(self.kinds.name(key.0), key.1);
            self.rows.put(key, row);
        }
    }

    /// Takes new sums into the digest.
    fn note_digests(&mut self, sums: BTreeMap<Bucket, u128>) {
        for (key, sum) in sums {
            let old = self.digests.insert(key, sum).unwrap_or_default();
            self.digest = self.digest.wrapping_add(sum).wrapping_sub(old);
        }
    }

    /// Says where the server stands now.
    fn stand(&self) {
        self.standing.send_replace(Arc::new(Standing {
            installation: self.installation,
            position: self.position.clone(),
            lpos: self.lpos,
            digest: self.digest,
            forked: self.forked,
        }));
    }
}
