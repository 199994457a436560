//! Entries of other servers.

use domain::commit::RowChange;
use domain::log::{Action, Entry};
use domain::stamp::Actor;
use replica::{Applied, Notice};
use serde_json::Value;
use uuid::Uuid;

use super::Group;
use super::ahead::Ahead;
use super::working::{Answer, Working};
use crate::error::Error;
use crate::facts::Noticed;
use crate::writer::State;
use crate::writer::work::{AppliedBatch, ApplyFailed, ApplyJob};

impl Group {
    /// Takes a batch into the working state, or answers why not; then the working state is as before.
    pub(super) async fn apply<S: State>(&mut self, job: ApplyJob, working: &mut Working<S>) {
        let ahead = self.begin_ahead(&job, working).await;
        let ApplyJob { entries, answer } = job;
        let mut branch = working.branch();
        let taken = match ahead {
            Ok(ahead) => self.take_in(entries, working, &mut branch, ahead).await,
            Err(error) => Err(unreadable(&error)),
        };
        if let Err(failed) = taken {
            // Nobody may be waiting any more.
            let _ = answer.send(Err(failed));
            return;
        }
        let batch = AppliedBatch {
            vector: branch.position.vector.clone(),
            lpos: branch.lpos,
            new: branch.entries.len(),
            notices: branch.notices.iter().map(|noticed| noticed.notice.clone()).collect(),
        };
        working.merge(branch);
        working.answers.push(Answer::Applied(answer, batch));
    }

    /// Takes entries into the branch, and writes them ahead where that has begun.
    async fn take_in<S: State>(
        &mut self,
        entries: Vec<Entry>,
        working: &Working<S>,
        branch: &mut Working<S>,
        mut ahead: Option<Ahead>,
    ) -> Result<(), ApplyFailed> {
        for entry in entries {
            if let Err(failed) = self.apply_one(entry, working, branch, ahead.is_some()).await {
                if let Some(ahead) = ahead {
                    self.give_up(ahead).await;
                }
                return Err(failed);
            }
            if let Some(ahead) = &mut ahead {
                ahead.keep_up(branch);
            }
        }
        if let Some(ahead) = &mut ahead {
            ahead.conclude(branch);
        }
        branch.ahead = ahead;
        Ok(())
    }

    async fn apply_one<S: State>(
        &mut self,
        entry: Entry,
        working: &Working<S>,
        branch: &mut Working<S>,
        is_fetched: bool,
    ) -> Result<(), ApplyFailed> {
        let (dot, own) = (entry.dot, branch.position.actor);
        if branch.position.vector.covers(&dot) {
            return Ok(());
        }
        if dot.actor.server == own.server && dot.actor.incarnation >= own.incarnation {
            return Err(ApplyFailed::Own(dot));
        }
        if !is_fetched {
            let keys = entry.ops.iter().map(|op| (op.kind.as_str(), op.id));
            let is_there = |key: &_| branch.rows.contains_key(key) || working.rows.contains_key(key);
            self.fetch(keys, is_there).await.map_err(|error| unreadable(&error))?;
        }
        let wall_ms = (self.setup.clock)();
        let Working { position, rows, .. } = &mut *branch;
        let lookup = |kind: &str, id: Uuid| {
            let key = (self.kinds.get(kind)?, id);
            rows.get(&key).or_else(|| working.rows.get(&key)).or_else(|| self.rows.get(&key))?.row().cloned()
        };
        let Applied::New(new) = replica::apply(position, &entry, wall_ms, &lookup)? else { return Ok(()) };
        for notice in new.notices {
            let value = self.lost(&notice, &entry, &new.changes);
            branch.notices.push(Noticed::new(notice, wall_ms, value));
        }
        self.number(dot.actor);
        let before = |key: &_| working.digests.get(key).or_else(|| self.digests.get(key)).copied().unwrap_or_default();
        branch.accept((entry, new.head), new.changes, new.digest, (&self.kinds, before));
        branch.is_remote = true;
        Ok(())
    }

    /// Sees to it that an actor has a number. Mostly it has one, and who reads the numbers at the same time is not held up.
    fn number(&self, actor: Actor) {
        let known = self.actors.read().expect("nothing panics with this lock").index(&actor);
        if known.is_none() {
            self.actors.write().expect("nothing panics with this lock").add(actor);
        }
    }

    /// The value that a notice is about, unless it is secret.
    fn lost(&self, notice: &Notice, entry: &Entry, changes: &[RowChange]) -> Option<Value> {
        let value = if notice.loser == entry.dot {
            let mut ops = entry.ops.iter().rev().filter(|op| op.kind == notice.kind && op.id == notice.document);
            ops.find_map(|op| match &op.action {
                Action::Ins(cells) | Action::Set(cells) => cells.get(&notice.cell).map(|write| &write.value),
                Action::Del => None,
            })
        } else {
            let change = changes.iter().find(|change| change.kind == notice.kind && change.id == notice.document);
            let cell = change.and_then(|change| change.before.as_ref()?.cells.get(&notice.cell));
            cell.filter(|cell| cell.stamp.dot == notice.loser).map(|cell| &cell.value)
        };
        value.filter(|value| !self.sealer.must_seal(&notice.kind, &notice.cell, value)).cloned()
    }
}

fn unreadable(error: &Error) -> ApplyFailed {
    tracing::error!(%error, "documents could not be read");
    ApplyFailed::from(error)
}
