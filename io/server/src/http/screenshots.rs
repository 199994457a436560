//! Screenshots of a screen: the newest few.

use api::viewer::ScreenshotFacts;
use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Response};
use domain::id::ViewerId;
use domain::viewer::Viewer;
use http::header;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::Id;
use super::noun::visible;
use crate::app::App;
use crate::session::native::picture_type;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(newest)).routes(routes!(list)).routes(routes!(one))
}

/// The newest screenshot.
#[utoipa::path(get, path = "/viewers/{id}/screenshot", operation_id = "screenshot_viewers", tag = "viewers", params(("id" = uuid::Uuid, Path)), responses((status = 200, content_type = "image/jpeg", body = Vec<u8>)))]
async fn newest(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    visible::<Viewer>(&app.core.state(), caller.caller, id)?;
    let none = || Error::not_found("there is no screenshot of this screen yet: ask for one");
    let (at, _) = *app.screenshots.list(ViewerId(id)).first().ok_or_else(none)?;
    answer(&app, ViewerId(id), at).await.ok_or_else(none)
}

/// The screenshots that are kept, the newest first.
#[utoipa::path(get, path = "/viewers/{id}/screenshots", operation_id = "list_screenshots", tag = "viewers", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Vec<ScreenshotFacts>)))]
async fn list(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Json<Vec<ScreenshotFacts>>> {
    visible::<Viewer>(&app.core.state(), caller.caller, id)?;
    let kept = app.screenshots.list(ViewerId(id)).into_iter();
    Ok(Json(kept.map(|(at, bytes)| ScreenshotFacts { at, bytes }).collect()))
}

/// One of the screenshots that are kept, by its time.
#[utoipa::path(get, path = "/viewers/{id}/screenshots/{at}", operation_id = "find_screenshot", tag = "viewers", params(("id" = uuid::Uuid, Path), ("at" = i64, Path, description = "When it came, Unix milliseconds.")), responses((status = 200, content_type = "image/jpeg", body = Vec<u8>)))]
async fn one(Extract(app): Extract<App>, caller: SignedIn, Path((id, at)): Path<(String, String)>) -> Result<Response> {
    let none = || Error::not_found("there is no such screenshot, or no longer: list those that are kept");
    let (id, at) = (id.parse().map_err(|_| none())?, at.parse().map_err(|_| none())?);
    visible::<Viewer>(&app.core.state(), caller.caller, id)?;
    answer(&app, ViewerId(id), at).await.ok_or_else(none)
}

async fn answer(app: &App, viewer: ViewerId, at: i64) -> Option<Response> {
    let picture = app.screenshots.read(viewer, at).await?;
    let mime = picture_type(&picture)?;
    Some(([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "no-store")], picture).into_response())
}
