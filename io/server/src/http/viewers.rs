//! Live values of viewers, commands to them, and their timetables.

use api::schedule::SlotView;
use api::viewer::{CommandName, CommandOutcome, CommandRequest, ViewerStatus};
use axum::Json;
use axum::extract::State as Extract;
use control::order::{Order, OrderKind, Report};
use domain::id::ViewerId;
use domain::noun::Noun;
use domain::permission::Action;
use domain::timetable::{Target, resolve};
use domain::viewer::Viewer;
use http::StatusCode;
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::{Body, Id, Query};
use super::noun::{allow, sees, visible};
use super::why::slot_view;
use crate::app::App;
use crate::now::{new_id, now_ms};

/// How long a viewer may take to answer a command, in milliseconds.
const PATIENCE_MS: u32 = 10_000;
/// How long a viewer shows its name.
const IDENTIFY_S: u32 = 20;
/// The longest timetable in milliseconds: 62 days.
const MAX_SPAN_MS: i64 = 62 * 86_400_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(status)).routes(routes!(command)).routes(routes!(timetable))
}

/// How all viewers are.
#[utoipa::path(get, path = "/viewers/status", operation_id = "list_viewer_status", tag = "viewers", responses((status = 200, body = Vec<ViewerStatus>)))]
async fn status(Extract(app): Extract<App>, caller: SignedIn) -> Json<Vec<ViewerStatus>> {
    let state = app.core.state();
    let live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none());
    let seen = live.filter(|(id, held)| sees::<Viewer>(&state, caller.caller, &held.value, id.0));
    Json(seen.map(|(id, _)| app.live.status(id)).collect())
}

/// Tells a viewer to do something, and waits for its answer.
#[utoipa::path(post, path = "/viewers/{id}/commands", tag = "viewers", params(("id" = uuid::Uuid, Path)), request_body = CommandRequest, responses((status = 200, body = CommandOutcome)))]
async fn command(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    Body(request): Body<CommandRequest>,
) -> Result<Json<CommandOutcome>> {
    let state = app.core.state();
    let viewer = &visible::<Viewer>(&state, caller.caller, id)?.value;
    allow(&state, caller.caller, Action::Edit, viewer.object(&state, id))?;
    let (kind, seconds) = match request.kind {
        CommandName::Identify => (OrderKind::Identify, Some(IDENTIFY_S)),
        CommandName::Reload => (OrderKind::Refresh, None),
        CommandName::Screenshot => (OrderKind::Screenshot, None),
    };
    let command = new_id();
    let mut reports = app.hub.reports(command);
    let arguments = std::collections::BTreeMap::new();
    let order = Order { id: command, kind, seconds, arguments, expires: Some(now_ms() + i64::from(PATIENCE_MS)) };
    if !app.hub.order(ViewerId(id), order) {
        let text = format!("the screen {:?} is not connected: the command was not sent", viewer.name);
        return Err(Error::new(StatusCode::CONFLICT, "in_use", text));
    }
    match tokio::time::timeout(Duration::from_millis(PATIENCE_MS.into()), outcome(&mut reports)).await {
        Ok(Some((ok, text))) => Ok(Json(CommandOutcome { command, ok, text: (!text.is_empty()).then_some(text) })),
        Ok(None) | Err(_) => {
            let text = "the screen did not answer within ten seconds: look whether it is on".to_owned();
            Ok(Json(CommandOutcome { command, ok: false, text: Some(text) }))
        }
    }
}

/// The last report: whether it was carried out, and what is to say about it.
async fn outcome(reports: &mut mpsc::Receiver<Report>) -> Option<(bool, String)> {
    loop {
        match reports.recv().await? {
            Report::Done { text } => return Some((true, text)),
            Report::Failed { text, .. } => return Some((false, text)),
            Report::Attachment(_) | Report::Hearing(_) | Report::Running { .. } | Report::Started => {}
        }
    }
}

/// From when to when, Unix milliseconds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Span {
    /// First moment, Unix milliseconds.
    from: i64,
    /// First moment after, Unix milliseconds.
    until: i64,
}

/// What plays when at a viewer.
#[utoipa::path(get, path = "/viewers/{id}/timetable", tag = "viewers", params(("id" = uuid::Uuid, Path), Span), responses((status = 200, body = Vec<SlotView>)))]
async fn timetable(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    Query(span): Query<Span>,
) -> Result<Json<Vec<SlotView>>> {
    let state = app.core.state();
    visible::<Viewer>(&state, caller.caller, id)?;
    if span.until <= span.from || span.until.saturating_sub(span.from) > MAX_SPAN_MS {
        return Err(Error::invalid("until", "give an end after the start, at most 62 days later"));
    }
    let slots = resolve(&state.rows, &Target::screen(ViewerId(id)), span.from, span.until);
    Ok(Json(slots.iter().map(|slot| slot_view(&state, slot)).collect()))
}
