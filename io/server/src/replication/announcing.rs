//! This server's own document: where it answers and what it runs, kept true.

use std::time::Duration;

use domain::document::Document as _;
use domain::id::ServerId;
use domain::log::{Change, Edit};
use domain::server::Server;
use tokio_util::sync::CancellationToken;

use super::admitting::own_document;
use crate::app::App;

/// How often interfaces are looked at.
const LOOK: Duration = Duration::from_secs(60);

/// Follows the addresses of this machine until `stop` is cancelled.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    let mut state = app.core.watch();
    let own = ServerId(app.core.server_id());
    let mut known = false;
    loop {
        if let Some(before) = app.core.state().servers.get(own) {
            known = true;
            let now = own_document(&app);
            let differs = before.addresses != now.addresses || before.version != now.version;
            // A server that may only read says nothing of its own; what it said when it joined stays.
            if differs && before.retired_at.is_none() && !before.read_only && announce(&app, own, now).await.is_err() {
                tracing::warn!("where this server answers could not be noted; other servers use what they know");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
            changed = state.wait_for(|state| state.servers.get(own).is_some()), if !known => if changed.is_err() { return },
        }
    }
}

async fn announce(app: &App, own: ServerId, now: Server) -> Result<(), crate::http::error::Error> {
    let made = app.core.change_own(move |state| {
        let Some(before) = state.servers.get(own) else { return Ok((Vec::new(), ())) };
        let after = Server { addresses: now.addresses, version: now.version, ..before.clone() };
        let change = Change::Update(after.changed_since(before));
        Ok((vec![Edit { kind: Server::SPEC.name.to_owned(), id: own.0, change }], ()))
    });
    made.await.map(drop)
}
