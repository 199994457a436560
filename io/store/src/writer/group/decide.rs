//! Changes that are decided here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::commit::{CommitError, Committed, Proposal};
use uuid::Uuid;

use super::Group;
use super::working::{Answer, Working};
use crate::error::Error;
use crate::writer::State;
use crate::writer::job::{BoxedJob, Obstacle};
use crate::writer::rows::{Held, Key};

impl Group {
    /// Decides a change, and takes it into the working state or answers it.
    pub(super) async fn decide<S: State>(&mut self, mut job: BoxedJob<S>, working: &mut Working<S>) {
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
        let keys = edits.iter().map(|edit| (edit.kind.as_str(), edit.id));
        if let Err(error) = self.fetch(keys, |key| working.rows.contains_key(key)).await {
            tracing::error!(%error, "documents could not be read");
            return job.failed(Obstacle::from(&error));
        }
        let proposal = Proposal {
            edits,
            wall_ms: (self.setup.clock)(),
            author: origin.author,
            request: origin.request,
            schema: self.setup.schema,
            epoch: working.state.epoch(),
        };
        match self.commit(proposal, working) {
            Ok(committed) => self.accept(job, committed, working),
            Err(error) => job.failed(Obstacle::Commit(error)),
        }
    }

    fn commit<S>(&self, proposal: Proposal, working: &mut Working<S>) -> Result<Committed, CommitError> {
        let Working { rows, position, .. } = working;
        let lookup = |kind: &str, id: Uuid| {
            let key = (self.kinds.get(kind)?, id);
            rows.get(&key).or_else(|| self.rows.get(&key))?.row().cloned()
        };
        (self.setup.merge)(position, proposal, &lookup)
    }

    /// Takes a commit into the working state.
    fn accept<S: State>(&self, job: BoxedJob<S>, committed: Committed, working: &mut Working<S>) {
        let Committed { entry, changes, digest, head } = committed;
        let dot = entry.as_ref().map(|entry| entry.dot);
        if let Some(entry) = entry {
            let before = |key: &_| self.digests.get(key).copied().unwrap_or_default();
            working.accept((entry, head), changes, digest, (&self.kinds, before));
        }
        working.answers.push(Answer::Done(job, dot, working.lpos));
    }

    /// Documents that a change is about, as far as they are not in memory.
    pub(super) async fn fetch<'a>(
        &mut self,
        documents: impl ExactSizeIterator<Item = (&'a str, Uuid)>,
        is_there: impl Fn(&Key) -> bool,
    ) -> Result<(), Error> {
        // Room for all of them at once: the lookup of a commit must find every one.
        self.rows.make_room(documents.len());
        for (kind, id) in documents {
            let key = (self.kinds.number(kind), id);
            if !is_there(&key) && self.rows.get(&key).is_none() {
                let row = if self.known.may_have(kind, id) { self.document(kind, id).await? } else { None };
                self.rows.put(key, Held::Stored(row));
            }
        }
        Ok(())
    }
}
