//! Signing in and out.

use api::people::{GrantedRole, SignIn, SignedIn as View, SignedInUser};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use domain::id::UserId;
use domain::state::State;
use http::{HeaderValue, StatusCode, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{From, SignedIn, not_set_up};
use super::error::{Error, Result};
use super::extract::Body;
use super::origin::OwnSite;
use crate::app::App;
use crate::auth::{password, session};
use crate::now::now_ms;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find, create, discard))
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", operation_id = "find_session", tag = "session", responses((status = 200, body = View)))]
async fn find(Extract(app): Extract<App>, caller: SignedIn, from: From) -> Result<Json<View>> {
    let csrf = caller.session.map_or_else(String::new, |session| session.csrf);
    Ok(Json(view(&app.core.state(), caller.caller.user, csrf, from.secure)?))
}

/// Signs in.
#[utoipa::path(post, path = "/session", operation_id = "create_session", tag = "session", request_body = SignIn, responses((status = 200, body = View)))]
async fn create(Extract(app): Extract<App>, _: OwnSite, from: From, Body(request): Body<SignIn>) -> Result<Response> {
    demand_secure(&app, from)?;
    let state = app.core.state();
    if state.rows.installation().set_up_at.is_none() {
        return Err(not_set_up());
    }
    if let Some(wait) = app.throttle.begin(&request.login, from.address, now_ms()) {
        return Err(Error::too_many(format!("too many failed sign-ins: wait {wait} seconds"), wait));
    }
    let user = state.user_by_login(&request.login).filter(|user| !state.is_suspended(user.0));
    let hash = user.and_then(|user| {
        let mut identities = state.identities_of(user);
        identities.find(|(_, identity)| identity.provider == "password").map(|(_, identity)| identity.password_hash.clone())
    });
    let right = request.password.len() <= password::MAX && password::verify(request.password, hash).await;
    let Some(user) = user.filter(|_| right) else {
        let text = "name or password is wrong: check both; an administrator can set a new password";
        return Err(Error::new(StatusCode::UNAUTHORIZED, "sign_in_failed", text));
    };
    app.throttle.succeeded(&request.login, from.address);
    open(&app, user, from, StatusCode::OK).await
}

/// Signs out.
#[utoipa::path(delete, path = "/session", operation_id = "discard_session", tag = "session", responses((status = 204)))]
async fn discard(Extract(app): Extract<App>, caller: SignedIn) -> Result<Response> {
    if let Some(session) = &caller.session {
        app.sessions.close(session).await.map_err(Error::unavailable)?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie("", 0, false));
    Ok(response)
}

/// Refuses passwords over connections that others can read, unless the operator allows it.
pub(super) fn demand_secure(app: &App, from: From) -> Result<()> {
    if from.secure || app.config.web.allow_plain_sign_in {
        return Ok(());
    }
    let text = "this connection is not encrypted: use the https address, or allow it with web.allow-plain-sign-in";
    Err(Error::new(StatusCode::FORBIDDEN, "plain_sign_in", text))
}

/// Opens a session and answers with its cookie.
pub(super) async fn open(app: &App, user: UserId, from: From, status: StatusCode) -> Result<Response> {
    let opened = app.sessions.open(user).await.map_err(|error| Error::of_store(&error))?;
    let view = view(&app.core.state(), user, opened.session.csrf.clone(), from.secure)?;
    let mut response = (status, Json(view)).into_response();
    let cookie = cookie(&opened.token, session::LIFE_MS / 1_000, from.secure && !is_plain_loopback(from));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Browsers keep no `Secure` cookie from plain HTTP, not even from this machine.
fn is_plain_loopback(from: From) -> bool {
    from.address.is_loopback()
}

fn cookie(value: &str, max_age_s: i64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}", session::COOKIE_NAME);
    HeaderValue::from_str(&text).expect("tokens are hexadecimal")
}

fn view(state: &State, user: UserId, csrf: String, secure: bool) -> Result<View> {
    let person = state.users.get(user).ok_or_else(|| Error::not_found("this user is gone"))?;
    let roles = state.grants_of(user).map(|grant| GrantedRole { role: grant.role, scope: grant.scope }).collect();
    let (login, name, language) = (person.login.clone(), person.name.clone(), person.language.clone());
    Ok(View { user: SignedInUser { id: user, login, name, language }, csrf, roles, secure })
}
