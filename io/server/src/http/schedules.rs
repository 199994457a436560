//! Taking rows down, raising and lowering them, and what an edit would alter.

use std::collections::BTreeMap;

use api::envelope::Resource;
use api::schedule::{AlteredView, PreviewRequest, TakenDown};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::Response;
use domain::content::Destination;
use domain::document::Document;
use domain::id::{ScheduleId, ViewerId};
use domain::intent::rank::{Step, rank};
use domain::intent::take_down::take_down;
use domain::log::{Cell, Row};
use domain::noun::Noun;
use domain::permission::{Action, Object, may};
use domain::schedule::Schedule;
use domain::stamp::{Dot, Stamp};
use domain::state::State;
use domain::timetable::{Target, diff, resolve};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::Result;
use super::extract::{Body, Id, RequestId};
use super::noun::{allow, answer_now, visible_refusal};
use super::why::slot_view;
use crate::app::App;
use crate::core::Change;
use crate::now::{new_id, now_ms};

/// How far a preview looks, in milliseconds: 7 days.
const PREVIEW_MS: i64 = 7 * 86_400_000;
/// The most viewers that a preview looks at.
const PREVIEW_VIEWERS: usize = 200;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(take_down_now)).routes(routes!(raise)).routes(routes!(lower)).routes(routes!(preview))
}

/// Ends a row now. Connected screens drop it at once; the others are named.
#[utoipa::path(post, path = "/schedules/{id}/take-down", tag = "schedules", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = TakenDown)))]
async fn take_down_now(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    RequestId(request): RequestId,
) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let row = &visible_refusal::<Schedule>(state, who, id)?.value;
            allow(state, who, Action::Edit, row.object(state, id))?;
            Ok((take_down(state, ScheduleId(id), now_ms())?, ()))
        })
        .await?;
    super::changes::cleared(&app, who, &made).await
}

/// The viewers that a destination reaches.
fn reached(state: &State, destination: Option<Destination>) -> Vec<ViewerId> {
    let live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none()).map(|(id, _)| id);
    let reaches = |viewer: &ViewerId| match destination {
        Some(Destination::All) => true,
        Some(Destination::Viewer(id)) => *viewer == id,
        Some(Destination::Group(group)) => state.rows.groups_around(*viewer).contains(&group),
        None => false,
    };
    live.filter(reaches).collect()
}

/// Moves a row one place up among those of equal priority.
#[utoipa::path(post, path = "/schedules/{id}/raise", tag = "schedules", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Resource<Schedule>)))]
async fn raise(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, RequestId(request): RequestId) -> Result<Response> {
    step(&app, &caller, id, request, Step::Raise).await
}

/// Moves a row one place down among those of equal priority.
#[utoipa::path(post, path = "/schedules/{id}/lower", tag = "schedules", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Resource<Schedule>)))]
async fn lower(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, RequestId(request): RequestId) -> Result<Response> {
    step(&app, &caller, id, request, Step::Lower).await
}

async fn step(app: &App, caller: &SignedIn, id: uuid::Uuid, request: Option<uuid::Uuid>, step: Step) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let row = &visible_refusal::<Schedule>(state, who, id)?.value;
            allow(state, who, Action::Edit, row.object(state, id))?;
            Ok((rank(state, ScheduleId(id), step)?, ()))
        })
        .await?;
    let mut response = answer_now::<Schedule>(app, id, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}

/// What an edit would alter within the next seven days, on at most 200 screens.
#[utoipa::path(post, path = "/schedules/preview", tag = "schedules", request_body = PreviewRequest, responses((status = 200, body = Vec<AlteredView>)))]
async fn preview(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Body(wish): Body<PreviewRequest>,
) -> Result<Json<Vec<AlteredView>>> {
    let before = app.core.state();
    let old = wish.replaces.and_then(|id| before.rows.schedules.get(id)).and_then(|row| row.destination);
    let id = wish.replaces.unwrap_or_else(|| ScheduleId(new_id()));
    let now = now_ms();
    let new = wish.row.as_ref().and_then(|row| row.destination);
    if let Some(row) = &wish.row {
        row.check(&before, id.0)?;
    }
    let row = wish.row.map(|row| as_stored(&Schedule { made_at: if row.made_at == 0 { now } else { row.made_at }, ..row }));
    let work = move || {
        let mut after = before.0.clone();
        after.put(Schedule::SPEC.name, id.0, row);
        let mut viewers = reached(&before, old);
        viewers.extend(reached(&before, new));
        viewers.sort_unstable();
        viewers.dedup();
        viewers.retain(|viewer| may(&before, caller.caller, Action::See, Object::Viewer(*viewer)));
        let mut altered = Vec::new();
        for viewer in viewers.into_iter().take(PREVIEW_VIEWERS) {
            let target = Target::screen(viewer);
            let (old, new) =
                (resolve(&before.rows, &target, now, now + PREVIEW_MS), resolve(&after.rows, &target, now, now + PREVIEW_MS));
            altered.extend(diff(&old, &new).into_iter().map(|change| AlteredView {
                viewer,
                from: change.from,
                until: change.until,
                before: change.before.as_ref().map_or_else(String::new, |slot| slot_view(&before, slot).name),
                after: change.after.as_ref().map_or_else(String::new, |slot| slot_view(&after, slot).name),
            }));
        }
        altered
    };
    Ok(Json(tokio::task::spawn_blocking(work).await.map_err(super::error::Error::unavailable)?))
}

/// A document as if it had been stored.
fn as_stored<T: Document>(document: &T) -> Row {
    let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
    Row { birth: Dot::default(), cells: document.to_cells().into_iter().map(cell).collect::<BTreeMap<_, _>>() }
}
