//! API tokens: made for oneself, shown once.

use api::people::{MadeToken, NewToken};
use axum::extract::State as Extract;
use axum::response::Response;
use domain::id::TokenId;
use domain::noun;
use domain::user::Token;
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::Body;
use crate::app::App;
use crate::core::Change;
use crate::now::{digest, new_id, new_secret, now_ms};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Makes a token for oneself. It may do at most what its role says and its maker may.
#[utoipa::path(post, path = "/tokens", operation_id = "create_token", tag = "tokens", request_body = NewToken, responses((status = 201, body = MadeToken)))]
async fn create(Extract(app): Extract<App>, caller: SignedIn, Body(wish): Body<NewToken>) -> Result<Response> {
    if caller.session.is_none() {
        return Err(Error::by_token());
    }
    let who = caller.caller;
    let (id, secret) = (TokenId(new_id()), format!("sb_{}", new_secret()));
    let token = Token {
        user: who.user,
        name: wish.name,
        secret_hash: digest(&secret),
        role: wish.role.min(who.ceiling),
        made_at: now_ms(),
        expires_at: wish.expires_at,
    };
    let change = Change { author: Some(who.user.0), request: None };
    let made = app.core.change(change, move |state| Ok((vec![noun::create(state, id.0, &token)?], ()))).await?;
    Ok(super::answer(&made, StatusCode::CREATED, &MadeToken { id: id.0, secret }))
}
