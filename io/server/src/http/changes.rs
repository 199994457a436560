//! Where a change arrived: on this server, on the others, and at the viewers whose plan it altered.

use std::sync::Arc;
use std::time::Duration;

use api::schedule::{NamedViewer, TakenDown, Told};
use api::viewer::{Acknowledged, Arrival};
use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::response::Response;
use domain::id::ViewerId;
use domain::permission::{Action, Caller, Object, may};
use domain::stamp::{Actor, Dot};
use domain::state::State;
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use crate::app::App;
use crate::core::Made;
use crate::session::changes::Change;

/// A change is remembered a moment after its answer: how long to wait for one that may be old.
const MOMENT: Duration = Duration::from_millis(200);
/// The same for one that was just made, on a server that has very much to do.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(change))
}

/// Whether a change is here, which servers have it, and which viewers have and show it.
#[utoipa::path(get, path = "/changes/{dot}", tag = "facts", params(("dot" = String, Path)), responses((status = 200, body = Arrival)))]
async fn change(Extract(app): Extract<App>, caller: SignedIn, Path(text): Path<String>) -> Result<Json<Arrival>> {
    let malformed = || Error::malformed("the address of a change looks like Signboard-Dot in the answer to it");
    let dot = parse(&text).ok_or_else(malformed)?;
    let here = app.core.has(dot);
    let found = if here { app.changes.expect(dot, MOMENT).await } else { None };
    let viewers = match found {
        Some(change) => Some(acknowledged(&app, caller.caller, change).await?),
        None => None,
    };
    let logged = app.core.store().entry(dot).await.map_err(Error::unavailable)?;
    let made_at = logged.map(|logged| logged.entry.hlc.unix_ms());
    Ok(Json(Arrival { dot: text, here, made_at, servers: crate::replication::arrived(&app, dot), viewers }))
}

/// `server.incarnation:seq`
fn parse(text: &str) -> Option<Dot> {
    let (actor, seq) = text.rsplit_once(':')?;
    let (server, incarnation) = actor.rsplit_once('.')?;
    let actor = Actor { server: server.parse().ok()?, incarnation: incarnation.parse().ok()? };
    Some(Dot { actor, seq: seq.parse().ok()? })
}

async fn acknowledged(app: &App, caller: Caller, change: Arc<Change>) -> Result<Vec<Acknowledged>> {
    let (lpos, made) = (change.lpos(), change.made());
    let viewers = altered(app, change).await?;
    let state = app.core.state();
    let online = app.hub.online();
    let seen = viewers.into_iter().filter(|viewer| may(&state, caller, Action::See, Object::Viewer(*viewer)));
    let one = |id: ViewerId| {
        let progress = app.deliveries.progress(id, lpos, made);
        Acknowledged {
            name: name_of(&state, id),
            id,
            online: online.contains(&id),
            received: progress.received,
            shown: progress.shown,
        }
    };
    let mut list: Vec<Acknowledged> = seen.map(one).collect();
    list.sort_unstable();
    Ok(list)
}

/// The answer to a change that takes something off the screens: who was told, and who could not be.
///
/// # Errors
/// 503 when the server stops meanwhile.
pub(super) async fn cleared<T>(app: &App, caller: Caller, made: &Made<T>) -> Result<Response> {
    let change = match made.dot {
        Some(dot) if made.outcome.is_some() => app.changes.expect(dot, PATIENCE).await,
        // The same request came before: perhaps so long ago that nobody remembers.
        Some(dot) => app.changes.expect(dot, MOMENT).await,
        None => None,
    };
    let (made_at, viewers) = match change {
        Some(change) => (change.made(), altered(app, change).await?),
        None => (0, Vec::new()),
    };
    let (state, online, mut told) = (app.core.state(), app.hub.online(), Told::default());
    // A session that the change itself ended was told too.
    let left = |viewer: ViewerId| app.live.status(viewer).since.is_some_and(|since| since >= made_at);
    for id in viewers {
        let connected = online.contains(&id) || left(id);
        match may(&state, caller, Action::See, Object::Viewer(id)) {
            true if connected => told.told.push(NamedViewer { name: name_of(&state, id), id }),
            true => told.offline.push(NamedViewer { name: name_of(&state, id), id }),
            false => told.hidden += u64::from(!connected),
        }
    }
    told.told.sort_unstable();
    told.offline.sort_unstable();
    Ok(super::answer(made, StatusCode::OK, &TakenDown { viewers: told }))
}

async fn altered(app: &App, change: Arc<Change>) -> Result<Vec<ViewerId>> {
    let app = app.clone();
    let compare = move || change.altered(&app).to_vec();
    tokio::task::spawn_blocking(compare).await.map_err(Error::unavailable)
}

fn name_of(state: &State, viewer: ViewerId) -> String {
    state.rows.viewers.get(viewer).map_or_else(String::new, |viewer| viewer.name.clone())
}
