//! The installation itself, and the table of ports.

use api::envelope::Resource;
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use domain::installation::{INSTALLATION, Installation};
use domain::noun;
use domain::permission::{Action, Object, may};
use http::{StatusCode, header};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::{Body, IfMatch, RequestId};
use super::noun::allow;
use crate::app::App;
use crate::core::Change;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find, patch)).routes(routes!(ports))
}

/// The installation.
#[utoipa::path(get, path = "/installation", operation_id = "find_installation", tag = "installation", responses((status = 200, body = Resource<Installation>)))]
async fn find(Extract(app): Extract<App>, _: SignedIn) -> Result<Response> {
    answer(&app)
}

/// Every network port with its purpose, setting and state on this machine.
#[utoipa::path(get, path = "/ports", tag = "installation", responses((status = 200, body = Vec<serde_json::Value>)))]
async fn ports(Extract(app): Extract<App>, caller: SignedIn) -> Result<Response> {
    if !may(&app.core.state(), caller.caller, Action::Administer, Object::System) {
        return Err(Error::forbidden());
    }
    let config = app.config.clone();
    let table = tokio::task::spawn_blocking(move || crate::cli::ports_json(&config)).await.map_err(Error::unavailable)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], table).into_response())
}

/// Changes the installation.
#[utoipa::path(patch, path = "/installation", operation_id = "patch_installation", tag = "installation", request_body = Installation, responses((status = 200, body = Resource<Installation>)))]
async fn patch(
    Extract(app): Extract<App>,
    caller: SignedIn,
    IfMatch(expected): IfMatch,
    RequestId(request): RequestId,
    Body(members): Body<Map<String, Value>>,
) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            allow(state, who, Action::Administer, Object::System)?;
            let edit = noun::patch::<Installation>(state, INSTALLATION, expected.as_deref(), &members)?;
            Ok((edit.into_iter().collect(), ()))
        })
        .await?;
    let mut response = answer(&app)?;
    made.sign(&mut response);
    Ok(response)
}

fn answer(app: &App) -> Result<Response> {
    let state = app.core.state();
    let held = state.rows.installations.held(INSTALLATION).ok_or_else(|| Error::not_found("the installation is not set up"))?;
    let resource = Resource { id: INSTALLATION, version: held.version.tag(), members: held.value.clone() };
    Ok((StatusCode::OK, [(header::ETAG, format!("\"{}\"", resource.version))], Json(resource)).into_response())
}
