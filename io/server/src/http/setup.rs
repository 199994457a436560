//! Setting an installation up.

use api::people::{SetUpRequest, SetUpState};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::Response;
use domain::id::{GrantId, IdentityId, PriorityId, UserId};
use domain::installation::Installation;
use domain::intent::set_up::{SetUp, set_up};
use domain::user::{Identity, User};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::From;
use super::error::{Error, Result};
use super::extract::Body;
use super::origin::OwnSite;
use crate::app::App;
use crate::auth::password;
use crate::now::{new_id, now_ms};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find, create))
}

/// Whether the installation is set up.
#[utoipa::path(get, path = "/setup", operation_id = "find_setup", tag = "setup", responses((status = 200, body = SetUpState)))]
async fn find(Extract(app): Extract<App>) -> Json<SetUpState> {
    Json(SetUpState { set_up: app.core.state().rows.installation().set_up_at.is_some() })
}

/// Sets the installation up and signs its administrator in.
#[utoipa::path(post, path = "/setup", operation_id = "create_setup", tag = "setup", request_body = SetUpRequest, responses((status = 201, body = api::people::SignedIn), (status = 410, body = api::envelope::ErrorEnvelope)))]
async fn create(Extract(app): Extract<App>, _: OwnSite, from: From, Body(request): Body<SetUpRequest>) -> Result<Response> {
    if app.core.state().rows.installation().set_up_at.is_some() {
        return Err(Error::new(StatusCode::CONFLICT, "already_set_up", "this installation is set up already: sign in"));
    }
    if app.replication.own.membership().is_some() {
        let text = "this server has joined an installation, whose state is on its way: sign in there once it has come";
        return Err(Error::new(StatusCode::CONFLICT, "already_joined", text));
    }
    // A right link always counts, whoever guessed before, and from where.
    if !app.setup_link.counts(&request.link, now_ms()) {
        if let Some(wait) = app.throttle.guess_at("set-up link", from.address, now_ms()) {
            return Err(Error::too_many(format!("too many wrong links: wait {wait} seconds"), wait));
        }
        let text = "this set-up link was used or is too old: get a new one with `signboard setup-link` on the server";
        return Err(Error::new(StatusCode::GONE, "link_used", text));
    }
    super::signin::demand_secure(&app, from)?;
    let user = perform(&app, request).await?;
    app.setup_link.spend();
    super::signin::open(&app, user, from, StatusCode::CREATED).await
}

/// Sets up without asking for a link: for the link's holder and for the demo.
pub(crate) async fn perform(app: &App, request: SetUpRequest) -> Result<UserId> {
    password::check(&request.password)?;
    let hash = password::hash(request.password).await;
    let user = UserId(new_id());
    let wish = SetUp {
        installation: Installation {
            uid: Some(new_id()),
            name: request.name,
            language: request.language,
            zone: request.zone,
            public_address: request.public_address,
            ..Installation::default()
        },
        user: (user, User { login: request.login, name: request.user_name, ..User::default() }),
        identity: (IdentityId(new_id()), Identity { user, provider: "password".to_owned(), password_hash: hash }),
        grant: GrantId(new_id()),
        priorities: std::array::from_fn(|_| PriorityId(new_id())),
    };
    app.core.change_own(move |state| Ok((set_up(state, wish, now_ms())?, ()))).await?;
    Ok(user)
}
