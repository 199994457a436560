//! What the owner of the data folder may ask over its Unix socket.

use axum::Router;
use axum::extract::{Path, State as Extract};
use axum::routing::post;
use domain::id::ViewerId;
use domain::state::State;
use http::StatusCode;

use super::error::{Error, Result};
use crate::app::App;
use crate::lan::wake::Wanted;
use crate::now::{new_secret, now_ms};
use crate::tasks::waking::Plan;

/// Calls of the local socket.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/local/setup-link", post(setup_link))
        .route("/local/enrolment-tokens", post(super::enrolment::local_token))
        .route("/local/server-tokens", post(super::servers::local_token))
        .route("/local/join", post(super::servers::local_join))
        .route("/local/promote", post(super::servers::local_promote))
        .route("/local/servers", post(super::servers::local_servers))
        .route("/local/users/{name}/reset", post(reset_user))
        .route("/local/viewers/{name}/wake", post(wake))
        .route("/local/viewers/{name}/wake-plan", post(wake_plan))
        .route("/local/viewers/{name}/wake-test", post(wake_test))
        .fallback(|| async { Error::not_found("the running server does not know this command: it may be of another version") })
        .with_state(app)
}

async fn setup_link(Extract(app): Extract<App>) -> Result<String> {
    if app.core.state().rows.installation().set_up_at.is_some() {
        let text = "this installation is set up already: sign in, or set a new password with `signboard user reset NAME`";
        return Err(Error::new(StatusCode::CONFLICT, "already_set_up", text));
    }
    Ok(app.setup_address(&app.setup_link.renew(now_ms())))
}

async fn reset_user(Extract(app): Extract<App>, Path(name): Path<String>) -> Result<String> {
    let state = app.core.state();
    let user = state.user_by_login(&name).ok_or_else(|| {
        let known: Vec<&str> =
            state.users.iter().filter(|(_, u)| u.value.trashed_at.is_none()).map(|(_, u)| u.value.login.as_str()).collect();
        Error::not_found(format!("nobody signs in as {name:?}: known are {}", known.join(", ")))
    })?;
    let password = new_secret()[..20].to_owned();
    super::users::replace(&app, None, user, password.clone()).await?;
    app.sessions.close_all(user, None).await.map_err(Error::unavailable)?;
    Ok(format!("{name} signs in with this password now: {password}\nChange it after signing in; other sessions have ended."))
}

/// The screen of that name.
fn named(state: &State, name: &str) -> Result<ViewerId> {
    let live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none());
    let found = live.filter(|(_, held)| held.value.name.to_lowercase() == name.to_lowercase()).map(|(id, _)| id).next();
    found.ok_or_else(|| Error::not_found(format!("there is no screen {name:?}: give the name that the admin shows")))
}

fn no_card(name: &str) -> Error {
    let text = format!("no network card is known of {name:?}: add its hardware address in the admin, or give the address itself");
    Error::new(StatusCode::CONFLICT, "in_use", text)
}

/// Who would call which cards of a screen now.
fn plan(app: &App, name: &str) -> Result<Plan> {
    let state = app.core.state();
    let plan = Plan::of(app, &state, named(&state, name)?);
    if plan.is_empty() { Err(no_card(name)) } else { Ok(plan) }
}

async fn wake_plan(Extract(app): Extract<App>, Path(name): Path<String>) -> Result<String> {
    let plan = plan(&app, &name)?;
    let lines: Vec<String> = plan.words().into_iter().map(|line| format!("  {line}")).collect();
    let expected = if plan.can_listen(&app) {
        "is awake, and listens while it is called".to_owned()
    } else {
        format!("will be called, and may take {} s to come back", app.config.wake.patience_seconds)
    };
    Ok(format!("{name} {expected}:\n{}", lines.join("\n")))
}

async fn wake_test(Extract(app): Extract<App>, Path(name): Path<String>) -> Result<(StatusCode, String)> {
    let (is_back, text) = plan(&app, &name)?.test(&app).await;
    Ok((if is_back { StatusCode::OK } else { StatusCode::GATEWAY_TIMEOUT }, text))
}

async fn wake(Extract(app): Extract<App>, Path(name): Path<String>) -> Result<String> {
    let state = app.core.state();
    let wanted = Wanted::viewers(&state, &[named(&state, &name)?]);
    let cards = wanted.cards();
    if cards == 0 {
        return Err(no_card(&name));
    }
    wanted.send(&app.config.wake, &app.lan.pace).await.map_err(Error::unavailable)?;
    let plural = if cards == 1 { "its network card was" } else { "its network cards were" };
    Ok(format!("{name}: {plural} called on UDP 9 and 7; a machine that wakes needs up to a minute."))
}
