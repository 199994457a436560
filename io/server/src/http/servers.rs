//! The servers of the installation: how far each is, inviting, joining, taking out.

use api::server::{
    JoinRequest, JoinedInstallation, MadeServerToken, NewServerToken, Promoted, Promotion, ServerHistory, ServersView,
};
use axum::Json;
use axum::extract::{Query, State as Extract};
use axum::response::Response;
use domain::document::Document;
use domain::id::{ServerId, UserId};
use domain::lead::lead;
use domain::log::{Change as Altered, Edit};
use domain::noun;
use domain::permission::{Action, Object};
use domain::refusal::Refusal;
use domain::server::{Server, ServerRole};
use domain::state::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{From, SignedIn};
use super::error::{Error, Result};
use super::extract::{Body, Id, RequestId};
use super::noun::allow;
use super::origin::OwnSite;
use crate::app::App;
use crate::core::{Change, Made};
use crate::now::now_ms;
use crate::replication::{self, Wish};

pub(super) fn routes() -> OpenApiRouter<App> {
    let list = OpenApiRouter::new().routes(routes!(list)).routes(routes!(history));
    list.routes(routes!(create_token))
        .routes(routes!(promote))
        .routes(routes!(retire))
        .routes(routes!(check_media))
        .routes(routes!(join))
        .routes(routes!(rebuild))
        .routes(routes!(go_on))
}

/// The servers, with what is pending in either direction.
#[utoipa::path(get, path = "/servers/overview", operation_id = "find_servers_overview", tag = "servers", responses((status = 200, body = ServersView)))]
async fn list(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<ServersView>> {
    allow(&app.core.state(), caller.caller, Action::See, Object::System)?;
    replication::overview(&app).await.map(Json)
}

/// The last day of the servers, as the one that answers saw it.
#[utoipa::path(get, path = "/servers/history", operation_id = "find_servers_history", tag = "servers", responses((status = 200, body = ServerHistory)))]
async fn history(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<ServerHistory>> {
    allow(&app.core.state(), caller.caller, Action::See, Object::System)?;
    Ok(Json(app.replication.history.view()))
}

/// Makes a one-time token by which a server joins.
#[utoipa::path(post, path = "/server-tokens", operation_id = "create_server_token", tag = "servers", request_body = NewServerToken, responses((status = 201, body = MadeServerToken)))]
async fn create_token(Extract(app): Extract<App>, caller: SignedIn, Body(wish): Body<NewServerToken>) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let (made, answer) = make_token(&app, Some(who.user), wish).await?;
    Ok(super::answer(&made, StatusCode::CREATED, &answer))
}

async fn make_token(app: &App, author: Option<UserId>, wish: NewServerToken) -> Result<(Made<()>, MadeServerToken)> {
    let wish = Wish { name: wish.name, role: wish.role, parent: wish.parent, read_only: wish.read_only };
    let (made, invited) = replication::invite(app, author, wish).await?;
    Ok((made, MadeServerToken { id: invited.id, token: invited.token, expires_at: invited.expires_at }))
}

/// Makes the server that is asked the Main: at once, or after the present one has handed over.
#[utoipa::path(post, path = "/servers/promote", operation_id = "promote_server", tag = "servers", request_body = Promotion, responses((status = 200, body = Promoted), (status = 409, body = api::envelope::ErrorEnvelope), (status = 504, body = api::envelope::ErrorEnvelope)))]
async fn promote(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(wish): Body<Promotion>,
) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let change = Change { author: Some(who.user.0), request };
    let (made, promoted) = match wish.planned {
        true => replication::switch(&app, change).await?,
        false => replication::promote(&app, change).await?,
    };
    Ok(super::answer(&made, StatusCode::OK, &promoted))
}

/// Takes a server out of the installation for good.
#[utoipa::path(post, path = "/servers/{id}/retire", operation_id = "retire_server", tag = "servers", params(("id" = uuid::Uuid, Path)), responses((status = 204)))]
async fn retire(Extract(app): Extract<App>, caller: SignedIn, RequestId(request): RequestId, Id(id): Id) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let own = app.core.server_id();
    let change = Change { author: Some(who.user.0), request };
    let made = app.core.change(change, move |state: &State| {
        allow(state, who, Action::Administer, Object::System)?;
        let before = noun::find::<Server>(state, id)?;
        if id == own {
            return Err(Refusal::invalid("id", "this is the server that you speak to: take it out on another one"));
        }
        if lead(state).is_some_and(|lead| lead.server.0 == id) {
            return Err(Refusal::invalid("id", "this is the Main: make another server the Main first"));
        }
        if before.retired_at.is_some() {
            return Ok((Vec::new(), ()));
        }
        if domain::voters::in_force(state).servers.contains(&ServerId(id)) {
            let text =
                "this server votes for the Main: name other voters first, or switch off that servers take over by themselves";
            return Err(Refusal::InUse(text.to_owned()));
        }
        let after = Server { retired_at: Some(now_ms()), ..before.clone() };
        let change = Altered::Update(after.changed_since(before));
        Ok((vec![Edit { kind: Server::SPEC.name.to_owned(), id, change }], ()))
    });
    let made = made.await?;
    let store = app.core.store();
    if store.peer(id).is_some() {
        store.retire_peer(id, "taken out by a person").await.map_err(Error::unavailable)?;
    }
    Ok(super::done(&made))
}

/// Lets the state of this server take the place of that of the server that is asked, where the two have different histories.
#[utoipa::path(post, path = "/servers/{id}/rebuild-from", operation_id = "rebuild_from_server", tag = "servers", params(("id" = uuid::Uuid, Path)), responses((status = 204), (status = 409, body = api::envelope::ErrorEnvelope)))]
async fn rebuild(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<StatusCode> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    replication::rebuild_from(&app, ServerId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets the server that is asked go on without the entries that its disk lost.
#[utoipa::path(post, path = "/servers/go-on", operation_id = "go_on_without_lost", tag = "servers", responses((status = 204), (status = 409, body = api::envelope::ErrorEnvelope)))]
async fn go_on(Extract(app): Extract<App>, caller: SignedIn) -> Result<StatusCode> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    replication::go_on(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads all files of the server that answers, to see whether one was spoilt on the disk. `find_servers_overview` tells what was found.
#[utoipa::path(post, path = "/servers/check-media", operation_id = "check_media", tag = "servers", responses((status = 204)))]
async fn check_media(Extract(app): Extract<App>, caller: SignedIn) -> Result<StatusCode> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    app.mirror.check.begin();
    Ok(StatusCode::NO_CONTENT)
}

/// Joins the installation of another server, instead of setting this one up.
#[utoipa::path(post, path = "/setup/join", operation_id = "join_installation", tag = "setup", request_body = JoinRequest, responses((status = 200, body = JoinedInstallation), (status = 410, body = api::envelope::ErrorEnvelope)))]
async fn join(
    Extract(app): Extract<App>,
    _: OwnSite,
    from: From,
    Body(request): Body<JoinRequest>,
) -> Result<Json<JoinedInstallation>> {
    if !app.setup_link.counts(&request.link, now_ms()) {
        if let Some(wait) = app.throttle.guess_at("set-up link", from.address, now_ms()) {
            return Err(Error::too_many(format!("too many wrong links: wait {wait} seconds"), wait));
        }
        let text = "this set-up link was used or is too old: get a new one with `signboard setup-link` on the server";
        return Err(Error::new(StatusCode::GONE, "link_used", text));
    }
    let joined = replication::join(&app, &request.token).await?;
    Ok(Json(JoinedInstallation { installation: joined.installation }))
}

/// What `signboard server-token` asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalToken {
    name: Option<String>,
    role: ServerRole,
    parent: Option<String>,
    #[serde(default)]
    read_only: bool,
}

/// A token for whoever owns the data folder; the answer is the token and nothing else.
pub(super) async fn local_token(
    Extract(app): Extract<App>,
    super::extract::Query(wish): super::extract::Query<LocalToken>,
) -> Result<String> {
    let state = app.core.state();
    let parent = wish.parent.map(|name| named(&state, &name)).transpose()?;
    let wish = NewServerToken { name: wish.name.unwrap_or_default(), role: wish.role, parent, read_only: wish.read_only };
    make_token(&app, None, wish).await.map(|(_, made)| made.token)
}

fn named(state: &State, name: &str) -> Result<ServerId> {
    let mut live = state.servers.iter().filter(|(_, held)| held.value.retired_at.is_none());
    let found = live.find(|(_, held)| held.value.name.to_lowercase() == name.to_lowercase()).map(|(id, _)| id);
    found.ok_or_else(|| Error::not_found(format!("there is no server {name:?}: `signboard servers` lists them")))
}

/// What `signboard promote` asks for.
#[derive(Debug, Deserialize)]
pub(super) struct LocalPromotion {
    #[serde(default)]
    planned: bool,
}

/// Makes this server the Main for whoever owns the data folder.
pub(super) async fn local_promote(Extract(app): Extract<App>, Query(wish): Query<LocalPromotion>) -> Result<String> {
    let change = Change::default();
    if wish.planned {
        replication::switch(&app, change).await?;
        return Ok("This server is the Main now; the former one has handed over and stands in for it.".to_owned());
    }
    replication::promote(&app, change).await?;
    Ok("This server is the Main now. A former one that is still running steps down when the two meet; what was edited on either stays."
        .to_owned())
}

/// What `signboard join` and `signboard servers` ask for.
#[derive(Debug, Deserialize)]
pub(super) struct LocalWish {
    #[serde(default)]
    token: String,
    #[serde(default)]
    json: bool,
}

/// Joins for whoever owns the data folder.
pub(super) async fn local_join(Extract(app): Extract<App>, Query(wish): Query<LocalWish>) -> Result<String> {
    let joined = replication::join(&app, &wish.token).await?;
    let name = if joined.installation.is_empty() { "the installation".to_owned() } else { joined.installation };
    Ok(format!("This server has joined {name}; its state comes now. `signboard servers` shows how far it is."))
}

/// The servers, for whoever owns the data folder.
pub(super) async fn local_servers(Extract(app): Extract<App>, Query(wish): Query<LocalWish>) -> Result<String> {
    let view = replication::overview(&app).await?;
    Ok(match wish.json {
        true => serde_json::to_string_pretty(&view).expect("views are plain data"),
        false => replication::table(&view, now_ms()),
    })
}
