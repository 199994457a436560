//! What people decide where servers cannot: which of two different histories counts, and that what was lost does not come back.

use domain::id::ServerId;
use http::StatusCode;
use replica::incarnation::Fork;
use replica::session::{Hold, Mode};

use super::links::Meeting;
use crate::app::App;
use crate::http::error::Error;

/// Whether the two have different entries under one number, so that people must say which of them is right.
pub(super) fn fork_of(meeting: &Meeting) -> Option<&Hold> {
    let status = &meeting.session.as_ref()?.status;
    let theirs = match &status.their_mode {
        Some(Mode::Hold(hold)) => Some(hold),
        _ => None,
    };
    status.hold.as_ref().into_iter().chain(theirs).find(|hold| matches!(hold, Hold::Fork { .. }))
}

/// Lets the state of `other` take the place of this server's, because of two different histories that one counts. What only this server has
/// is put on top; what cannot be is kept in a file. It is under way when this returns.
///
/// # Errors
/// 409 where the two do not differ, or are not connected; 503 or 507 where it cannot be written down.
pub async fn rebuild_from(app: &App, other: ServerId) -> Result<(), Error> {
    let meeting = app.replication.links.meeting(other);
    let Some(Hold::Fork { actor, .. }) = fork_of(&meeting) else {
        return Err(conflict(
            "the two servers do not hold each other back because of different histories: nothing is to be decided",
        ));
    };
    if actor.server == app.core.server_id() {
        return Err(conflict("the history is this server's own: it is rebuilt by itself while the two are connected"));
    }
    tracing::warn!(server.id = %other, "people decided that this server is rebuilt from another one");
    app.core.note_fork(Some(Fork { actor: *actor, common: 0 })).await.map_err(unwritten)
}

/// Ends the waiting of a server whose disk went back for a server that has its former entries: they do not come back.
///
/// # Errors
/// 409 where it does not wait, or a connected server has them; 503 or 507 where it cannot be written down.
pub async fn go_on(app: &App) -> Result<(), Error> {
    let stands = app.core.store().standing();
    let Some(fork) = stands.forked else {
        return Err(conflict("this server waits for nothing: its disk did not go back, or it was rebuilt"));
    };
    let known = |peer: &store::Peer| peer.acked.get(&fork.actor) > stands.position.vector.get(&fork.actor);
    if app.core.store().peers().iter().any(|peer| known(peer) && app.replication.links.is_open(ServerId(peer.server))) {
        return Err(conflict("a connected server has the former entries: this one is rebuilt from it by itself"));
    }
    tracing::warn!("people decided that this server goes on without its former entries");
    app.core.note_fork(None).await.map_err(unwritten)
}

fn conflict(text: &str) -> Error {
    Error::new(StatusCode::CONFLICT, "nothing_to_decide", text)
}

fn unwritten(error: store::AloneFailed) -> Error {
    Error::unavailable(error)
}
