//! What has a transaction of its own: joins, and changes of who the server is.

use std::sync::Arc;

use domain::stamp::Actor;
use replica::incarnation::{self, Evidence, Fork};
use uuid::Uuid;

use super::Group;
use crate::batch::Batch;
use crate::fold::{Lag, READER};
use crate::load::{FORKED, HLC, LPOS};
use crate::sql::feeds::CLEAR_FEEDS;
use crate::sql::peers::{CLEAR_DIGESTS, CLEAR_DOCUMENTS, CLEAR_FLOORS, CLEAR_HEADS, CLEAR_LOG, CLEAR_NOTICES};
use crate::sql::state::{MOVE_READER, PUT_META};
use crate::writer::State;
use crate::writer::rows::Rows;
use crate::writer::thread::Output;
use crate::writer::work::{Alone, AloneFailed};

impl Group {
    /// Does it and answers. Nobody may be waiting any more.
    pub(crate) async fn run_alone<S: State>(&mut self, alone: Alone, output: &Output<S>) {
        match alone {
            Alone::Join { installation, source, answer } => {
                let _ = answer.send(self.join(installation, source, output).await);
            }
            Alone::Rebuild { installation, actor, source, keep, answer } => {
                let _ = answer.send(self.rebuild((installation, actor), source, keep, output).await);
            }
            Alone::Adopt { installation, answer } => {
                let _ = answer.send(self.adopt(installation, output).await);
            }
            Alone::Fork { fork, answer } => {
                let _ = answer.send(self.note_fork(fork).await);
            }
            Alone::Renew { evidence, answer } => {
                let _ = answer.send(self.renew(&evidence).await);
            }
        }
    }

    async fn adopt<S: State>(&mut self, installation: Uuid, output: &Output<S>) -> Result<Actor, AloneFailed> {
        if self.suspect && !self.trusts_itself().await {
            return Err(AloneFailed::Unavailable);
        }
        let own = self.position.actor;
        if self.position.vector.iter().any(|dot| dot.actor.server != own.server) {
            return Err(AloneFailed::HasOthers);
        }
        let next = Actor { incarnation: own.incarnation + 1, ..own };
        let lpos = self.lpos + 1;
        let mut batch = Batch::default();
        for sql in [CLEAR_DOCUMENTS, CLEAR_LOG, CLEAR_HEADS, CLEAR_FLOORS, CLEAR_DIGESTS, CLEAR_NOTICES, CLEAR_FEEDS] {
            batch.push(sql, Vec::new());
        }
        batch.push(PUT_META, vec!["installation".into(), installation.to_string().into()]);
        batch.push(PUT_META, vec![FORKED.into(), "".into()]);
        batch.push(MOVE_READER, vec![READER.into(), lpos.into()]);
        let mut documents = Vec::new();
        let mut steps = self.connection.begin().await?;
        let note = |(kind, id, ..): (String, Uuid, String, Vec<u8>)| {
            documents.push((kind, id));
            Ok(())
        };
        steps.each_document(note).await?;
        drop(steps);
        self.go_on_as(next, lpos, batch).await?;
        let mut state = S::clone(&output.state.borrow());
        documents.into_iter().for_each(|(kind, id)| state.put(&kind, id, None));
        self.installation = installation;
        self.forked = None;
        self.position = domain::log::Position { last_hlc: self.position.last_hlc, ..domain::log::Position::new(next) };
        self.digests.clear();
        self.digest = 0;
        self.lag = Lag::default();
        self.rows = Rows::default();
        output.state.send_replace(Arc::new(state));
        self.stand();
        self.tell_of_everything(output);
        Ok(next)
    }

    async fn renew(&mut self, evidence: &Evidence) -> Result<Actor, AloneFailed> {
        if self.suspect && !self.trusts_itself().await {
            return Err(AloneFailed::Unavailable);
        }
        let Some((next, fork)) = incarnation::next(evidence, self.position.actor, &self.position.vector) else {
            return Ok(self.position.actor);
        };
        tracing::warn!(?evidence, incarnation = next.incarnation, "the server goes on under a new incarnation");
        let batch = if fork.is_some() { put_fork(fork) } else { Batch::default() };
        self.go_on_as(next, self.lpos + 1, batch).await?;
        self.position.actor = next;
        self.forked = fork.or(self.forked);
        self.stand();
        Ok(next)
    }

    async fn note_fork(&mut self, fork: Option<Fork>) -> Result<(), AloneFailed> {
        if self.suspect && !self.trusts_itself().await {
            return Err(AloneFailed::Unavailable);
        }
        if let Err(error) = self.connection.run(&put_fork(fork)).await {
            self.suspect = true;
            return Err(error.into());
        }
        self.forked = fork;
        self.stand();
        Ok(())
    }

    /// Runs `batch` together with what makes the server write as `next` from now on.
    async fn go_on_as(&mut self, next: Actor, lpos: i64, mut batch: Batch) -> Result<(), AloneFailed> {
        let index = self.actors.write().expect("nothing panics with this lock").add(next);
        let actors = self.actors.read().expect("nothing panics with this lock").clone();
        super::statements::add_actors(&mut batch, &actors);
        debug_assert!(actors.index(&next) == Some(index), "an actor has one number");
        batch.push(PUT_META, vec!["incarnation".into(), next.incarnation.to_string().into()]);
        batch.push(PUT_META, vec![HLC.into(), self.position.last_hlc.0.to_string().into()]);
        batch.push(PUT_META, vec![LPOS.into(), lpos.to_string().into()]);
        if let Err(error) = self.connection.run(&batch).await {
            self.suspect = true;
            return Err(error.into());
        }
        self.actors.write().expect("nothing panics with this lock").all_stored();
        self.lpos = lpos;
        Ok(())
    }
}

fn put_fork(fork: Option<Fork>) -> Batch {
    let text = fork.map_or_else(String::new, |fork| serde_json::to_string(&fork).expect("ids and numbers are plain data"));
    Batch::one(PUT_META, vec![FORKED.into(), text.into()])
}
