//! What the owner of the data folder may ask over its Unix socket.

use axum::Router;
use axum::extract::{Path, State as Extract};
use axum::routing::post;
use http::StatusCode;

use super::error::{Error, Result};
use crate::app::App;
use crate::now::{new_secret, now_ms};

/// Calls of the local socket.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/local/setup-link", post(setup_link))
        .route("/local/users/{name}/reset", post(reset_user))
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
