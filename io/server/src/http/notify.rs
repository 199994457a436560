//! Telling people of alerts: the mail account, trying a recipient out, how it went last; and downloads under way.

use api::download::Downloads;
use api::envelope::Resource;
use api::notify::{Delivery, NotifyTest};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::Response;
use domain::notify::{MAIL_ACCOUNT, MailAccount};
use domain::permission::{Action, Object, may};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::{Body, IfMatch, RequestId};
use super::single;
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(find_account, patch_account))
        .routes(routes!(test))
        .routes(routes!(deliveries))
        .routes(routes!(downloads))
}

fn administers(app: &App, caller: &SignedIn) -> Result<()> {
    if may(&app.core.state(), caller.caller, Action::Administer, Object::System) { Ok(()) } else { Err(Error::forbidden()) }
}

/// The account from which mail is sent.
#[utoipa::path(get, path = "/mail-account", operation_id = "find_mail_account", tag = "notify", responses((status = 200, body = Resource<MailAccount>)))]
async fn find_account(Extract(app): Extract<App>, caller: SignedIn) -> Result<Response> {
    administers(&app, &caller)?;
    Ok(single::answer::<MailAccount>(&app, MAIL_ACCOUNT))
}

/// Changes the account; `password` sets a password, null takes it away.
#[utoipa::path(patch, path = "/mail-account", operation_id = "patch_mail_account", tag = "notify", request_body = MailAccount, responses((status = 200, body = Resource<MailAccount>)))]
async fn patch_account(
    Extract(app): Extract<App>,
    caller: SignedIn,
    IfMatch(expected): IfMatch,
    RequestId(request): RequestId,
    Body(members): Body<Map<String, Value>>,
) -> Result<Response> {
    single::patch::<MailAccount>(&app, &caller, MAIL_ACCOUNT, expected, request, members).await
}

/// Tells a recipient something to try it out, at once, and answers with what the other end said.
#[utoipa::path(post, path = "/notify/test", operation_id = "test_notify", tag = "notify", request_body = NotifyTest, responses((status = 200, body = Delivery)))]
async fn test(Extract(app): Extract<App>, caller: SignedIn, Body(wish): Body<NotifyTest>) -> Result<Json<Delivery>> {
    administers(&app, &caller)?;
    let state = app.core.state();
    let delivery = app.notify.test(&state, wish.recipient, &app.address).await;
    delivery.map(Json).ok_or_else(|| Error::not_found(format!("there is no recipient {}", wish.recipient)))
}

/// How telling each recipient went last, since the server started.
#[utoipa::path(get, path = "/notify/deliveries", operation_id = "list_deliveries", tag = "notify", responses((status = 200, body = Vec<Delivery>)))]
async fn deliveries(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<Vec<Delivery>>> {
    administers(&app, &caller)?;
    Ok(Json(app.notify.last()))
}

/// Files on their way to screens now.
#[utoipa::path(get, path = "/downloads", operation_id = "list_downloads", tag = "downloads", responses((status = 200, body = Downloads)))]
async fn downloads(Extract(app): Extract<App>, caller: SignedIn) -> Json<Downloads> {
    Json(app.distribution.under_way(&app.core.state(), caller.caller))
}
