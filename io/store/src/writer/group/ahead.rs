//! A transaction that is written by another thread while it is decided what else belongs to it: to judge an entry takes about as long as to write
//! it. That thread makes the statements too, so that each frees what it has made: the allocator's locks would cost more than the work.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, RwLock};

use tokio::task::{JoinHandle, spawn_blocking};

use super::Group;
use super::statements::document;
use super::working::{New, Working};
use crate::actors::Actors;
use crate::batch::Batch;
use crate::db::WriteConnection;
use crate::error::Error;
use crate::lite::{Lite, Part};
use crate::secret::Sealer;
use crate::writer::Published;
use crate::writer::rows::REMEMBERED;
use crate::writer::work::ApplyJob;

/// Batches of fewer entries are written in one go: to wake another thread costs as much as some of them.
const LARGE: usize = 64;
/// Entries or documents that are handed over at a time.
const HANDFUL: usize = 64;

/// What is handed over.
enum Piece {
    /// Entries for the log.
    Entries(Vec<Arc<New>>),
    /// Documents, as these changes of entries leave them.
    Documents(Vec<(Arc<Published>, usize)>),
    /// What else belongs to the transaction.
    Rest(Batch),
    /// That was all.
    Commit,
}

/// The other thread with the connection, for one transaction. Dropped before its end, it takes everything back.
pub(super) struct Ahead {
    pieces: Sender<Piece>,
    scribe: JoinHandle<(Box<Lite>, Result<(), Error>)>,
    /// The end of the log before what it has: entries of another server, and the documents that they changed.
    pub(super) after: i64,
    /// Entries that it has.
    entries: usize,
}

impl Ahead {
    fn begin(mut lite: Box<Lite>, after: i64, (actors, sealer): (Arc<RwLock<Actors>>, Arc<Sealer>)) -> Self {
        let (pieces, coming) = channel();
        let scribe = spawn_blocking(move || {
            let written = lite.follow(parts(coming, &actors, &sealer));
            (lite, written)
        });
        Self { pieces, scribe, after, entries: 0 }
    }

    /// Hands over the entries that have come on top of those that it has, once they are enough.
    pub(super) fn keep_up<S>(&mut self, branch: &Working<S>) {
        if branch.entries.len() >= self.entries + HANDFUL {
            self.catch_up(branch);
        }
    }

    fn catch_up<S>(&mut self, branch: &Working<S>) {
        self.hand_over(Piece::Entries(branch.entries[self.entries..].to_vec()));
        self.entries = branch.entries.len();
    }

    /// Hands over the last entries and all documents of a branch that is taken in.
    pub(super) fn conclude<S>(&mut self, branch: &Working<S>) {
        self.catch_up(branch);
        let mut changed = branch.rows.values().filter_map(|held| held.changed()).peekable();
        while changed.peek().is_some() {
            let some = changed.by_ref().take(HANDFUL).map(|(published, number)| (Arc::clone(published), number));
            self.hand_over(Piece::Documents(some.collect()));
        }
    }

    fn hand_over(&self, piece: Piece) {
        // Where the other thread has failed and is gone, its end tells why.
        let _ = self.pieces.send(piece);
    }
}

/// The statements of pieces as they come.
fn parts(coming: Receiver<Piece>, actors: &RwLock<Actors>, sealer: &Sealer) -> impl Iterator<Item = Part> {
    coming.into_iter().map(move |piece| {
        let actors = actors.read().expect("nothing panics with this lock");
        let mut batch = Batch::default();
        match piece {
            Piece::Entries(entries) => {
                for new in entries {
                    let (sql, values) = new.statement(&actors, sealer);
                    batch.push(sql, values);
                }
            }
            Piece::Documents(documents) => {
                for (published, number) in documents {
                    let change = &published.changes[number];
                    let (sql, values) = document(&change.kind, change.id, change.after.as_ref(), (&actors, sealer));
                    batch.push(sql, values);
                }
            }
            Piece::Rest(rest) => batch = rest,
            Piece::Commit => return Part::Commit,
        }
        Part::More(batch)
    })
}

impl Group {
    /// Begins to write ahead, if that helps with these entries and is possible: whatever they are about must be in memory, since nothing can be
    /// read meanwhile.
    pub(super) async fn begin_ahead<S>(&mut self, job: &ApplyJob, working: &Working<S>) -> Result<Option<Ahead>, Error> {
        let keys = || job.entries.iter().flat_map(|entry| entry.ops.iter().map(|op| (op.kind.as_str(), op.id)));
        let fits = job.entries.len() >= LARGE && keys().count() <= REMEMBERED;
        if !fits || !matches!(self.connection, WriteConnection::Lite(_)) {
            return Ok(None);
        }
        let documents: Vec<_> = keys().collect();
        self.fetch(documents.into_iter(), |key| working.rows.contains_key(key)).await?;
        match std::mem::replace(&mut self.connection, WriteConnection::Lent) {
            WriteConnection::Lite(lite) => {
                Ok(Some(Ahead::begin(lite, working.lpos, (Arc::clone(&self.actors), Arc::clone(&self.sealer)))))
            }
            other => {
                self.connection = other;
                Ok(None)
            }
        }
    }

    /// Takes everything back.
    pub(super) async fn give_up(&mut self, ahead: Ahead) {
        let Ahead { pieces, scribe, .. } = ahead;
        drop(pieces);
        // What it says is of no interest any more: the next transaction finds out if there is something wrong.
        let _ = self.regain(scribe).await;
    }

    /// Writes the rest, and makes all of it durable.
    pub(super) async fn finish(&mut self, ahead: Ahead, rest: Batch) -> Result<(), Error> {
        ahead.hand_over(Piece::Rest(rest));
        ahead.hand_over(Piece::Commit);
        self.regain(ahead.scribe).await
    }

    async fn regain(&mut self, scribe: JoinHandle<(Box<Lite>, Result<(), Error>)>) -> Result<(), Error> {
        match scribe.await {
            Ok((lite, written)) => {
                self.connection = WriteConnection::Lite(lite);
                written
            }
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // Only where the thread's runtime ends, with the thread.
                Err(_) => Err(Error::Unavailable),
            },
        }
    }
}
