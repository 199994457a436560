//! Which media this server keeps, and for which screens.

use std::collections::BTreeSet;

use domain::id::{ServerId, ViewerId};
use domain::lead::role_of;
use domain::server::servers_of;
use domain::state::State;

use super::wanted::{Horizon, Scope};
use crate::app::App;
use crate::now::now_ms;

/// What this server keeps: all, or what the screens need that it serves, and for how long ahead.
pub(super) fn of_this_server(app: &App, state: &State) -> (Scope, Horizon) {
    let now = now_ms();
    let horizon = Horizon { now, until: now.saturating_add(i64::from(app.config.data.horizon_days) * 86_400_000) };
    let id = ServerId(app.core.server_id());
    // As long as its own record has not come, nothing is taken that may not be wanted.
    let all = state.servers.get(id).is_some_and(|own| own.keeps_all(role_of(app.core.lead(), id, own)));
    (if all { Scope::All } else { Scope::Needed(served(app, state)) }, horizon)
}

/// The screens that belong to this server, and those whose session it has seen since it started.
fn served(app: &App, state: &State) -> BTreeSet<ViewerId> {
    let own = ServerId(app.core.server_id());
    let live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none()).map(|(id, _)| id);
    let belongs = |id: ViewerId| servers_of(state, id).first() == Some(&own);
    live.filter(|id| belongs(*id) || app.live.read(*id, |status| status.online || status.seen.is_some())).collect()
}
