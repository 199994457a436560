//! Alerts: what is raised now, what was, and the rules.

use api::alert::{Acknowledged, AlertView};
use api::envelope::{List, Resource};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use domain::alert::{ALERT_RULES, AlertKind, AlertRules};
use domain::permission::{Action, Object, may};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::facts::AlertFilter;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::cursor;
use super::error::{Error, Result};
use super::extract::{Body, Id, IfMatch, Query, RequestId};
use super::single;
use crate::alerts::{sees, view};
use crate::app::App;
use crate::now::now_ms;

/// The most open alerts in one answer.
const MOST: usize = 1_000;
/// Alerts that are read at once when most of them are not for the caller.
const PAGE: u32 = 500;
/// Pages that are read for one answer at most.
const PAGES: usize = 20;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(history))
        .routes(routes!(acknowledge))
        .routes(routes!(find_rules, patch_rules))
}

/// What is raised now, the newest first, at most 1,000; `total` counts all.
#[utoipa::path(get, path = "/alerts/open", operation_id = "list_open_alerts", tag = "alerts", responses((status = 200, body = List<AlertView>)))]
async fn open(Extract(app): Extract<App>, caller: SignedIn) -> Json<List<AlertView>> {
    let mut items = app.alerts.open(&app.core.state(), caller.caller);
    let total = items.len() as u64;
    items.truncate(MOST);
    Json(List { items, next: None, total })
}

/// Says that somebody has seen an alert and looks after it. It stays visible, nobody is reminded of it any more, and that it is over is told all the
/// same. The first one who said so stays.
#[utoipa::path(post, path = "/alerts/{id}/acknowledge", operation_id = "acknowledge_alert", tag = "alerts", params(("id" = Uuid, Path)), responses((status = 200, body = AlertView)))]
async fn acknowledge(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Json<AlertView>> {
    let state = app.core.state();
    let gone = || Error::not_found("this alert is not raised any more: it is in the history");
    let alert = app.alerts.find(id).filter(|alert| sees(&state, caller.caller, alert)).ok_or_else(gone)?;
    let (action, object) = match &alert.viewer {
        Some(viewer) => (Action::Edit, Object::Viewer(viewer.id)),
        None => (Action::Administer, Object::System),
    };
    if !may(&state, caller.caller, action, object) {
        return Err(Error::forbidden());
    }
    let by = caller.caller.user;
    let name = state.users.get(by).map_or_else(String::new, |user| user.name.clone());
    let who = Acknowledged { by, name, at: now_ms() };
    let noted = app.alerts.acknowledge(app.core.store().facts(), id, who).await.map_err(|error| Error::of_store(&error))?;
    noted.map(Json).ok_or_else(gone)
}

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AlertQuery {
    /// Only of this screen.
    viewer: Option<Uuid>,
    /// Only of this kind.
    kind: Option<AlertKind>,
    /// Items of a page, 1 to 500.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Alerts raised and cleared, the newest first. `total` counts this page.
#[utoipa::path(get, path = "/alerts", operation_id = "list_alerts", tag = "alerts", params(AlertQuery), responses((status = 200, body = List<AlertView>)))]
async fn history(Extract(app): Extract<App>, caller: SignedIn, Query(query): Query<AlertQuery>) -> Result<Json<List<AlertView>>> {
    let limit = cursor::limit(query.limit)?;
    let filter = AlertFilter { kind: query.kind.map(|kind| kind.name().to_owned()), subject: query.viewer, open: false };
    let mut after: Option<(i64, Uuid)> = cursor::decode(query.cursor.as_deref())?;
    let (mut items, mut more) = (Vec::new(), true);
    let state = app.core.state();
    for _ in 0..PAGES {
        let page = app.core.store().facts().list_alerts(&filter, after, PAGE).await.map_err(Error::unavailable)?;
        more = page.len() == PAGE as usize;
        for alert in page {
            if items.len() == limit as usize {
                more = true;
                break;
            }
            after = Some((alert.raised, alert.id));
            items.extend(view(&alert).filter(|alert| sees(&state, caller.caller, alert)));
        }
        if !more || items.len() == limit as usize {
            break;
        }
    }
    let next = after.filter(|_| more).map(|after| cursor::encode(&after));
    Ok(Json(List { total: items.len() as u64, items, next }))
}

/// What raises alerts, and how often people are told.
#[utoipa::path(get, path = "/alert-rules", operation_id = "find_alert_rules", tag = "alerts", responses((status = 200, body = Resource<AlertRules>)))]
async fn find_rules(Extract(app): Extract<App>, caller: SignedIn) -> Result<Response> {
    if !may(&app.core.state(), caller.caller, Action::See, Object::Shared) {
        return Err(Error::forbidden());
    }
    Ok(single::answer::<AlertRules>(&app, ALERT_RULES).into_response())
}

/// Changes the rules.
#[utoipa::path(patch, path = "/alert-rules", operation_id = "patch_alert_rules", tag = "alerts", request_body = AlertRules, responses((status = 200, body = Resource<AlertRules>)))]
async fn patch_rules(
    Extract(app): Extract<App>,
    caller: SignedIn,
    IfMatch(expected): IfMatch,
    RequestId(request): RequestId,
    Body(members): Body<Map<String, Value>>,
) -> Result<Response> {
    single::patch::<AlertRules>(&app, &caller, ALERT_RULES, expected, request, members).await
}
