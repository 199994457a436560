//! What a session must know of its own server.

use std::sync::Arc;

use domain::id::ServerId;
use domain::lead::role_of;
use domain::server::ServerRole;
use replica::session::{Epoch, Local, PROTOCOL, Role, Standing};

use crate::app::App;
use crate::core::SCHEMA;

/// Who this server is, and how it is.
pub(super) fn local(app: &App) -> Local {
    let state = app.core.state();
    let own = ServerId(app.core.server_id());
    let lead = app.core.lead();
    let role = state.servers.get(own).map_or(ServerRole::Sub, |server| role_of(lead, own, server));
    let disk = rustix::fs::statvfs(app.core.store().dir()).ok();
    #[cfg(not(feature = "next"))]
    let protocol = PROTOCOL;
    #[cfg(feature = "next")]
    let protocol = crate::mutant::protocol(PROTOCOL);
    Local {
        installation: app.core.store().standing().installation,
        boot_nonce: app.replication.boot_nonce(),
        protocol,
        schema: SCHEMA,
        role: match role {
            ServerRole::Main => Role::Main,
            ServerRole::Sub => Role::Sub,
            ServerRole::Backup => Role::Backup,
        },
        epoch: lead.map_or_else(Epoch::default, |lead| Epoch { number: lead.number, server: lead.server.0 }),
        free_disk: disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
    }
}

/// Where the database stands. The floor is read after the rest: it may be a little newer, which says no more than that the log may have
/// been cut meanwhile.
pub(super) async fn standing(app: &App) -> Result<Standing, store::Error> {
    let store = app.core.store();
    let stands = store.standing();
    let floor = store.floor().await?;
    Ok(Standing {
        lpos: stands.lpos,
        position: Arc::new(stands.position.clone()),
        floor: Arc::new(floor),
        digest: stands.digest,
        forked: stands.forked,
    })
}
