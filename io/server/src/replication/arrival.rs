//! Whether a change has arrived at the other servers.

use api::server::ServerHas;
use domain::id::ServerId;
use domain::server::partners;
use domain::stamp::Dot;

use super::overview;
use crate::app::App;

/// Which servers have a change, durably, as far as this one knows; by name, empty if there is only one.
pub(crate) fn arrived(app: &App, dot: Dot) -> Vec<ServerHas> {
    let state = app.core.state();
    let own = ServerId(app.core.server_id());
    let live = state.servers.iter().filter(|(_, held)| held.value.retired_at.is_none());
    let live: Vec<_> = live.map(|(id, held)| (id, held.value.name.clone())).collect();
    if live.len() < 2 {
        return Vec::new();
    }
    let paired = partners(&state, own);
    let has = |id: ServerId| {
        if id == own {
            return Some(app.core.has(dot));
        }
        let word = app.replication.links.word(id);
        let told = overview::has(app, id, word.as_ref()).covers(&dot);
        // A server behind another one is known by what that other one tells of it, and what it made itself it has.
        let known = word.is_some() || paired.contains(&id);
        (told || known || dot.actor.server == id.0).then_some(told || dot.actor.server == id.0)
    };
    let mut servers: Vec<_> = live
        .into_iter()
        .map(|(id, name)| ServerHas { id, has: has(id), connected: id == own || app.replication.links.is_open(id), name })
        .collect();
    servers.sort_by_key(|server| (server.name.to_lowercase(), server.id));
    servers
}
