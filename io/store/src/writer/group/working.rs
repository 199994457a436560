//! A state in the making.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::commit::{DigestDelta, RowChange};
use domain::log::{Entry, Head, Position};
use domain::stamp::Dot;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::ahead::Ahead;
use crate::error::Error;
use crate::facts::Noticed;
use crate::fold;
use crate::writer::job::{BoxedJob, Obstacle};
use crate::writer::rows::{Held, Key, Kinds};
use crate::writer::work::{AppliedBatch, ApplyFailed};
use crate::writer::{Published, State};

/// A bucket of the digest.
pub(super) type Bucket = (String, u16);

/// A state in the making, dropped if the transaction fails.
pub(super) struct Working<S> {
    pub(super) state: S,
    pub(super) position: Position,
    pub(super) lpos: i64,
    pub(super) rows: BTreeMap<Key, Held>,
    pub(super) digests: BTreeMap<Bucket, u128>,
    pub(super) requests: HashMap<Uuid, (Dot, i64)>,
    /// What the entries add to heads and digest, counted as [`crate::fold::Lag`] does.
    pub(super) additions: usize,
    pub(super) entries: Vec<Arc<New>>,
    pub(super) notices: Vec<Noticed>,
    pub(super) answers: Vec<Answer<S>>,
    /// An entry of another server is among them.
    pub(super) is_remote: bool,
    /// The transaction, where it is being written already: it has all entries of another server, and what they changed.
    pub(super) ahead: Option<Ahead>,
}

/// An entry on its way into the log.
pub(super) struct New {
    pub(super) published: Arc<Published>,
    /// The end of its author's history with it.
    pub(super) head: Head,
    /// What it adds to the digest, packed.
    pub(super) digest: Vec<u8>,
}

/// What is told after the transaction.
pub(super) enum Answer<S> {
    Done(BoxedJob<S>, Option<Dot>, i64),
    Repeated(BoxedJob<S>, Dot, i64),
    Applied(oneshot::Sender<Result<AppliedBatch, ApplyFailed>>, AppliedBatch),
}

impl<S> Answer<S> {
    /// Tells that it is durable. Nobody may be waiting any more.
    pub(super) fn good(self) {
        match self {
            Self::Done(job, dot, lpos) => job.done(dot, lpos),
            Self::Repeated(job, dot, lpos) => job.repeated(dot, lpos),
            Self::Applied(answer, batch) => {
                let _ = answer.send(Ok(batch));
            }
        }
    }

    /// Tells that it was not made.
    pub(super) fn bad(self, error: &Error) {
        match self {
            Self::Done(job, ..) | Self::Repeated(job, ..) => job.failed(Obstacle::from(error)),
            Self::Applied(answer, _) => {
                let _ = answer.send(Err(ApplyFailed::from(error)));
            }
        }
    }
}

impl<S: State> Working<S> {
    /// Nothing yet, on top of `state`.
    pub(super) fn new(state: S, position: Position, lpos: i64) -> Self {
        Self {
            state,
            position,
            lpos,
            rows: BTreeMap::new(),
            digests: BTreeMap::new(),
            requests: HashMap::new(),
            additions: 0,
            entries: Vec::new(),
            notices: Vec::new(),
            answers: Vec::new(),
            is_remote: false,
            ahead: None,
        }
    }

    /// Nothing yet, on top of this.
    pub(super) fn branch(&self) -> Self {
        Self::new(self.state.clone(), self.position.clone(), self.lpos)
    }

    /// Takes in a branch of this.
    pub(super) fn merge(&mut self, branch: Self) {
        self.state = branch.state;
        self.position = branch.position;
        self.lpos = branch.lpos;
        self.rows.extend(branch.rows);
        self.digests.extend(branch.digests);
        self.requests.extend(branch.requests);
        self.additions += branch.additions;
        self.entries.extend(branch.entries);
        self.notices.extend(branch.notices);
        self.answers.extend(branch.answers);
        self.is_remote |= branch.is_remote;
        self.ahead = branch.ahead.or(self.ahead.take());
    }

    /// Takes in an entry, after which its author's history ends with `head`. `before` gives the sums that are not here; all kinds have a
    /// number.
    pub(super) fn accept(
        &mut self,
        (entry, head): (Entry, Head),
        changes: Vec<RowChange>,
        deltas: Vec<DigestDelta>,
        (kinds, before): (&Kinds, impl Fn(&Bucket) -> u128),
    ) {
        self.lpos += 1;
        self.additions += 1 + deltas.len();
        let digest = fold::pack(&deltas);
        for DigestDelta { kind, bucket, sum } in deltas {
            let old = self.digests.entry((kind, bucket));
            let old = old.or_insert_with_key(&before);
            *old = old.wrapping_add(sum);
        }
        if let Some(request) = entry.request {
            self.requests.insert(request, (entry.dot, self.lpos));
        }
        let published = Arc::new(Published { lpos: self.lpos, entry, changes });
        for (number, change) in published.changes.iter().enumerate() {
            let kind = kinds.get(&change.kind).expect("the kinds of a change were numbered when its rows were fetched");
            self.state.put(&change.kind, change.id, change.after.as_ref());
            self.rows.insert((kind, change.id), Held::Changed(published.clone(), number));
        }
        self.entries.push(Arc::new(New { published, head, digest }));
    }
}
