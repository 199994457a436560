//! Who leads: noticed when it changes, and kept when it was only heard.

use domain::id::ServerId;
use domain::lead::Lead;
use replica::session::Epoch;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Another server said who leads. If that is news, it counts at once: a Main that hears of a newer one steps down, also where no entries
/// come because the disk is full or the histories do not fit.
pub(super) async fn heard(app: &App, epoch: Epoch) {
    let said = Lead { number: epoch.number, server: ServerId(epoch.server) };
    if said.number == 0 || app.core.lead() >= Some(said) {
        return;
    }
    if let Err(error) = app.core.store().note_lead(said).await {
        tracing::error!(%error, "which server leads could not be written down");
    }
}

/// Says in the log when this server begins or ceases to lead, until `stop` is cancelled.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    let own = ServerId(app.core.server_id());
    let (mut state, mut told) = (app.core.watch(), app.core.store().watch_lead());
    let mut before = app.core.lead();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = state.changed() => if changed.is_err() { return },
            changed = told.changed() => if changed.is_err() { return },
        }
        let now = app.core.lead();
        let led = before.is_some_and(|lead| lead.server == own);
        match now {
            Some(lead) if lead.server == own && !led => {
                tracing::info!(epoch = lead.number, "this server is the Main now");
            }
            Some(lead) if lead.server != own && led => {
                tracing::warn!(epoch = lead.number, main = %lead.server, "this server is no longer the Main: another one was promoted");
            }
            _ => {}
        }
        before = now;
    }
}
