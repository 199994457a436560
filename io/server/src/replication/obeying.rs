//! What a session asks of the store.

use domain::id::ServerId;
use futures::FutureExt as _;
use replica::Evidence;
use replica::session::{Input, NotApplied, Output};
use store::ApplyFailed;

use super::session::{Answer, Outbox};
use super::{facts, snapshots};
use crate::app::App;
use crate::now::now_ms;

/// Does what the machine wants besides sending and closing; what it has to be told of comes with the answer. `way` leads to the other server within
/// the session, with whether this one dialled it.
pub(super) async fn obey(app: &App, server: ServerId, output: Output, way: (&Outbox, bool)) -> Option<Answer> {
    let app = app.clone();
    match output {
        Output::ReadLog { after, limit } => {
            return Some(
                async move {
                    let read = match app.core.store().read_sound(after, limit).await {
                        Ok(read) => read,
                        Err(error) if error.is_damaged() => {
                            // It is not sent, nor what comes after it; what others send is taken in. The next session tries again.
                            tracing::error!(%error, server.id = %server, "nothing more can be sent to another server");
                            return std::future::pending().await;
                        }
                        Err(error) => return Err(error.to_string()),
                    };
                    Ok(Input::Read(read.into_iter().map(|logged| (logged.lpos, logged.entry)).collect()))
                }
                .boxed(),
            );
        }
        Output::LookUp(dots) => {
            return Some(
                async move {
                    let mut marks = Vec::with_capacity(dots.len());
                    for dot in dots {
                        let mark = app.core.store().mark(&dot.actor, dot.seq).await.map_err(|error| error.to_string())?;
                        marks.push((dot, mark));
                    }
                    Ok(Input::LookedUp(marks))
                }
                .boxed(),
            );
        }
        Output::Apply(entries) => {
            return Some(
                async move {
                    let outcome = match app.core.apply(entries).await {
                        Ok(_) => Ok(facts::standing(&app).await.map_err(|error| error.to_string())?),
                        Err(ApplyFailed::Refused(error)) => Err(NotApplied::Rules(error)),
                        Err(ApplyFailed::Full) => Err(NotApplied::Full),
                        Err(ApplyFailed::Unavailable) => Err(NotApplied::Unavailable),
                        // The handshake judges both; that it happened all the same ends the session, and the next one judges anew.
                        Err(other @ (ApplyFailed::Own(_) | ApplyFailed::TooMany { .. })) => return Err(other.to_string()),
                    };
                    Ok(Input::Applied(outcome))
                }
                .boxed(),
            );
        }
        Output::NoteAck { peer, vector } => {
            if let Err(error) = app.core.store().note_ack(peer, vector, now_ms()).await {
                tracing::warn!(%error, server.id = %peer, "what another server has could not be noted");
            }
        }
        Output::MakeSnapshot => {
            return Some(
                async move {
                    Ok(match snapshots::make(&app).await {
                        Ok(offer) => Input::SnapshotMade(offer),
                        Err(why) => Input::SnapshotFailed(why),
                    })
                }
                .boxed(),
            );
        }
        Output::Fetch { offer, how } => {
            let (out, dialled) = (way.0.clone(), way.1);
            return Some(
                async move {
                    Ok(match snapshots::take(&app, server, (&offer, how), (&out, dialled)).await {
                        Ok(()) => Input::Joined(facts::standing(&app).await.map_err(|error| error.to_string())?),
                        Err(why) => {
                            tracing::warn!(server.id = %server, why, "the state of another server could not be taken in");
                            Input::SnapshotFailed(why)
                        }
                    })
                }
                .boxed(),
            );
        }
        Output::NewIncarnation(evidence) => renew(&app, evidence).await,
        Output::Forked(fork) => match app.core.note_fork(fork).await {
            Ok(()) => tracing::warn!(?fork, "other servers have another history of this one: it is rebuilt from one of them"),
            Err(error) => tracing::error!(%error, "that this server has to be rebuilt could not be noted"),
        },
        Output::Alarm(alarm) => {
            tracing::error!(server.id = %server, ?alarm, "a session with another server found something wrong");
            app.replication.alarms.found(server, &alarm);
        }
        Output::Send(_) | Output::Close(_) => unreachable!("the session itself sends and closes"),
    }
    None
}

/// This server's disk went back: it goes on under a new incarnation, unless it does already.
async fn renew(app: &App, evidence: Evidence) {
    match app.core.renew(evidence).await {
        Ok(actor) => {
            app.replication.alarms.old_disk(ServerId(actor.server), now_ms());
            tracing::warn!(incarnation = actor.incarnation, "this server's disk went back: it goes on as a new writer");
        }
        Err(error) => tracing::error!(%error, "no new incarnation could be begun"),
    }
}
