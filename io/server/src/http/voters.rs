//! Which servers decide together who becomes the Main when the present one falls silent.

use api::server::{NewVoters, Succession};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::Response;
use domain::permission::{Action, Object};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::Result;
use super::extract::{Body, RequestId};
use super::noun::allow;
use crate::app::App;
use crate::core::Change;
use crate::replication;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find, name))
}

/// Who takes over when the Main falls silent, as far as the server that answers knows.
#[utoipa::path(get, path = "/servers/voters", operation_id = "find_voters", tag = "servers", responses((status = 200, body = Succession)))]
async fn find(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<Succession>> {
    allow(&app.core.state(), caller.caller, Action::See, Object::System)?;
    Ok(Json(replication::succession(&app)))
}

/// Names the servers that vote; none: no server becomes the Main by itself. Only the Main takes it.
#[utoipa::path(put, path = "/servers/voters", operation_id = "name_voters", tag = "servers", request_body = NewVoters, responses((status = 200, body = Succession)))]
async fn name(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(wish): Body<NewVoters>,
) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let change = Change { author: Some(who.user.0), request };
    let made = replication::name_voters(&app, change, wish.servers, wish.seconds).await?;
    Ok(super::answer(&made, StatusCode::OK, &replication::succession(&app)))
}
