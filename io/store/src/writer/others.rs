//! What other servers bring: entries and states, and what follows for this server's own name.

use std::io::{self, Read};

use domain::log::Entry;
use domain::stamp::Actor;
use replica::incarnation::{Evidence, Fork};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::work::{Alone, ApplyJob, Work};
use super::{AloneFailed, AppliedBatch, ApplyFailed, JoinFailed, JoinedState, MAX_BATCH, RebuiltState, State, Writer};

impl<S: State> Writer<S> {
    /// Takes in entries of other servers, in the order in which one of them sent them: at most [`MAX_BATCH`]. Those that are here already
    /// are skipped. All of them are made durable in one transaction, and published like changes made here.
    ///
    /// Dropping the future does not take the entries back.
    ///
    /// # Errors
    /// [`ApplyFailed`]; none of the entries was taken in then.
    pub async fn apply(&self, entries: Vec<Entry>) -> Result<AppliedBatch, ApplyFailed> {
        if entries.len() > MAX_BATCH {
            return Err(ApplyFailed::TooMany { count: entries.len() });
        }
        let (answer, outcome) = oneshot::channel();
        let sent = self.queue.send(Work::Apply(ApplyJob { entries, answer })).await;
        sent.map_err(|_| ApplyFailed::Unavailable)?;
        outcome.await.unwrap_or(Err(ApplyFailed::Unavailable))
    }

    /// Joins the state of another server of `installation`, as [`crate::Store::snapshot`] wrote it. It is made durable in one transaction, so
    /// that a crash leaves all of it or nothing; other changes wait meanwhile, some seconds for hundreds of thousands of documents.
    ///
    /// # Errors
    /// [`JoinFailed`]; nothing was changed then.
    pub async fn join(&self, installation: Uuid, source: impl Read + Send + 'static) -> Result<JoinedState, JoinFailed> {
        let (answer, outcome) = oneshot::channel();
        let alone = Alone::Join { installation, source: Box::new(source), answer };
        self.queue.send(Work::Alone(alone)).await.map_err(|_| JoinFailed::Unavailable)?;
        outcome.await.unwrap_or(Err(JoinFailed::Unavailable))
    }

    /// Lets the state of another server of `installation` take the place of this one's, because the entries of `actor` here are not the ones
    /// that count; own entries that the other one lacks are put on top by [`replica::rebuild`](mod@replica::rebuild). One transaction, as
    /// [`Self::join`].
    ///
    /// `keep` is given the entries that are not taken over, before anything is changed: they are gone from the database afterwards, so it returns
    /// only when they are durable elsewhere. It may be that nothing is changed after it all the same.
    ///
    /// # Errors
    /// [`JoinFailed`], also if `keep` fails; nothing was changed then.
    pub async fn rebuild(
        &self,
        installation: Uuid,
        actor: Actor,
        source: impl Read + Send + 'static,
        keep: impl FnOnce(&[Entry]) -> io::Result<()> + Send + 'static,
    ) -> Result<RebuiltState, JoinFailed> {
        let (answer, outcome) = oneshot::channel();
        let alone = Alone::Rebuild { installation, actor, source: Box::new(source), keep: Box::new(keep), answer };
        self.queue.send(Work::Alone(alone)).await.map_err(|_| JoinFailed::Unavailable)?;
        outcome.await.unwrap_or(Err(JoinFailed::Unavailable))
    }

    /// Empties this server and makes it a part of `installation`, under a new incarnation, which is returned. Documents, log and notices go;
    /// facts and media files stay. To be called before the first join; whether anything worth keeping is there is for the caller to
    /// judge.
    ///
    /// # Errors
    /// [`AloneFailed::HasOthers`] if this server has met others; nothing was changed then.
    pub async fn adopt(&self, installation: Uuid) -> Result<Actor, AloneFailed> {
        let (answer, outcome) = oneshot::channel();
        let alone = Alone::Adopt { installation, answer };
        self.queue.send(Work::Alone(alone)).await.map_err(|_| AloneFailed::Unavailable)?;
        outcome.await.unwrap_or(Err(AloneFailed::Unavailable))
    }

    /// Goes on under a new incarnation because of `evidence`; returns it. A possible
    /// fork is noted in [`crate::Standing::forked`]. If the evidence is about an earlier incarnation than the present one, nothing happens.
    ///
    /// # Errors
    /// [`AloneFailed`]; nothing was changed then.
    pub async fn renew(&self, evidence: Evidence) -> Result<Actor, AloneFailed> {
        let (answer, outcome) = oneshot::channel();
        let alone = Alone::Renew { evidence, answer };
        self.queue.send(Work::Alone(alone)).await.map_err(|_| AloneFailed::Unavailable)?;
        outcome.await.unwrap_or(Err(AloneFailed::Unavailable))
    }

    /// Writes down where this server's history forked, so that it must be rebuilt; none if it need not be.
    ///
    /// # Errors
    /// [`AloneFailed`]; nothing was changed then.
    pub async fn note_fork(&self, fork: Option<Fork>) -> Result<(), AloneFailed> {
        let (answer, outcome) = oneshot::channel();
        self.queue.send(Work::Alone(Alone::Fork { fork, answer })).await.map_err(|_| AloneFailed::Unavailable)?;
        outcome.await.unwrap_or(Err(AloneFailed::Unavailable))
    }
}
