//! Facts: what was played, and who changed what.

use api::envelope::List;
use api::fact::{AuditView, EventView, PlayView};
use axum::Json;
use axum::extract::State as Extract;
use domain::permission::{Action, Object, may};
use domain::viewer::Viewer;
use serde::Deserialize;
use store::facts::{AuditFilter, EventFilter, PlayCursor, PlayFilter};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::cursor::{self, limit};
use super::error::{Error, Result};
use super::extract::{Id, Query};
use super::noun::visible;
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(plays)).routes(routes!(audit)).routes(routes!(events))
}

/// Which play records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PlayQuery {
    /// Only of this screen.
    viewer: Option<Uuid>,
    /// Only of this picture, film, presentation or playlist.
    content: Option<Uuid>,
    /// Only those that began at or after, Unix milliseconds.
    from: Option<i64>,
    /// Only those that began before, Unix milliseconds.
    until: Option<i64>,
    /// Items of a page, 1 to 500.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What was played, the newest first. `total` counts this page.
#[utoipa::path(get, path = "/plays", tag = "facts", params(PlayQuery), responses((status = 200, body = List<PlayView>)))]
async fn plays(Extract(app): Extract<App>, caller: SignedIn, Query(query): Query<PlayQuery>) -> Result<Json<List<PlayView>>> {
    let object = query.viewer.map_or(Object::AllViewers, |viewer| Object::Viewer(viewer.into()));
    if !may(&app.core.state(), caller.caller, Action::See, object) {
        return Err(Error::forbidden());
    }
    let limit = limit(query.limit)?;
    let filter = PlayFilter {
        viewer: query.viewer,
        content: query.content,
        from: query.from.unwrap_or(i64::MIN),
        until: query.until.unwrap_or(i64::MAX),
        ..PlayFilter::default()
    };
    let after = play_cursor(query.cursor.as_deref())?;
    let list = app.core.store().facts().list_plays(&filter, after, limit).await.map_err(Error::unavailable)?;
    let next = list.last().filter(|_| list.len() == limit as usize).map(|play| cursor_text(play.cursor()));
    let items: Vec<PlayView> = list.iter().map(crate::session::plays::view).collect();
    Ok(Json(List { total: items.len() as u64, items, next }))
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// Only of this level: `error`, `warn`, `info` or `debug`.
    level: Option<String>,
    /// Only those at or after, Unix milliseconds.
    from: Option<i64>,
    /// Only those before, Unix milliseconds.
    until: Option<i64>,
    /// Items of a page, 1 to 500.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Events and log lines of a screen, the newest first. `total` counts this page.
#[utoipa::path(get, path = "/viewers/{id}/events", operation_id = "list_viewer_events", tag = "viewers", params(("id" = Uuid, Path), EventQuery), responses((status = 200, body = List<EventView>)))]
async fn events(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    Query(query): Query<EventQuery>,
) -> Result<Json<List<EventView>>> {
    visible::<Viewer>(&app.core.state(), caller.caller, id)?;
    let limit = limit(query.limit)?;
    if let Some(level) = query.level.as_ref().filter(|level| !["error", "warn", "info", "debug"].contains(&level.as_str())) {
        let text = format!("level {level:?} is not known: give error, warn, info or debug");
        return Err(Error::malformed(text).at("level"));
    }
    let (from, until) = (query.from.unwrap_or(i64::MIN), query.until.unwrap_or(i64::MAX));
    let filter = EventFilter { viewer: id, level: query.level, from, until };
    let after = play_cursor(query.cursor.as_deref())?;
    let list = app.core.store().facts().list_events(&filter, after, limit).await.map_err(Error::unavailable)?;
    let next = list.last().filter(|_| list.len() == limit as usize).map(|event| cursor_text(event.cursor()));
    let view = |event: store::facts::Event| EventView {
        at: event.at,
        level: event.level,
        code: event.code,
        text: event.text,
        device: event.device.into(),
    };
    let items: Vec<EventView> = list.into_iter().map(view).collect();
    Ok(Json(List { total: items.len() as u64, items, next }))
}

fn cursor_text(cursor: PlayCursor) -> String {
    cursor::encode(&(cursor.at, cursor.device, cursor.stream, cursor.n))
}

fn play_cursor(text: Option<&str>) -> Result<Option<PlayCursor>> {
    let place: Option<(i64, Uuid, i64, i64)> = cursor::decode(text)?;
    Ok(place.map(|(at, device, stream, n)| PlayCursor { at, device, stream, n }))
}

/// Which changes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Only by this person.
    user: Option<Uuid>,
    /// Only of this kind of document.
    kind: Option<String>,
    /// Only of this document.
    id: Option<Uuid>,
    /// Only at or after, Unix milliseconds.
    from: Option<i64>,
    /// Only before, Unix milliseconds.
    until: Option<i64>,
    /// Items of a page, 1 to 500.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<i64>,
}

/// Who changed what, the newest first. `total` counts this page.
#[utoipa::path(get, path = "/audit", tag = "facts", params(AuditQuery), responses((status = 200, body = List<AuditView>)))]
async fn audit(Extract(app): Extract<App>, caller: SignedIn, Query(query): Query<AuditQuery>) -> Result<Json<List<AuditView>>> {
    if !may(&app.core.state(), caller.caller, Action::Administer, Object::System) {
        return Err(Error::forbidden());
    }
    let limit = limit(query.limit)?;
    let filter = AuditFilter {
        author: query.user,
        kind: query.kind,
        document: query.id,
        from: query.from.unwrap_or(i64::MIN),
        until: query.until.unwrap_or(i64::MAX),
    };
    let list = app.core.store().facts().list_audit(&filter, query.cursor, limit).await.map_err(Error::unavailable)?;
    let next = list.last().filter(|_| list.len() == limit as usize).map(|entry| entry.n.to_string());
    let items: Vec<AuditView> = list.into_iter().map(|entry| crate::readers::audit::view(entry.audit)).collect();
    Ok(Json(List { total: items.len() as u64, items, next }))
}
