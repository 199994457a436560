//! People and their passwords.

use api::envelope::Resource;
use api::people::{NewPassword, NewUser};
use axum::extract::State as Extract;
use axum::response::Response;
use domain::document::Document;
use domain::id::{IdentityId, UserId};
use domain::log::{Change as Content, Edit};
use domain::noun;
use domain::permission::{Action, Object, may};
use domain::refusal::Refusal;
use domain::state::State;
use domain::user::{Identity, User};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{From, SignedIn};
use super::error::{Error, Result};
use super::extract::{Body, Id, RequestId};
use super::noun::{allow, answer_now};
use crate::app::App;
use crate::auth::password;
use crate::core::Change;
use crate::now::{new_id, now_ms};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(set_password))
}

/// Makes a person with a password.
#[utoipa::path(post, path = "/users", operation_id = "create_user", tag = "users", request_body = NewUser, responses((status = 201, body = Resource<User>)))]
async fn create(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(wish): Body<NewUser>,
) -> Result<Response> {
    let who = caller.caller;
    if !may(&app.core.state(), who, Action::Administer, Object::System) {
        return Err(Error::forbidden());
    }
    password::check(&wish.password)?;
    let hash = password::hash(wish.password).await;
    let id = new_id();
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let user = User { login: wish.login, name: wish.name, language: wish.language, made_at: now_ms(), trashed_at: None };
            let edits = vec![noun::create(state, id, &user)?, identity(UserId(id), IdentityId(new_id()), hash)];
            Ok((edits, id))
        })
        .await?;
    let id = made.outcome.or_else(|| made.made(User::SPEC.name)).unwrap_or(id);
    let mut response = answer_now::<User>(&app, id, StatusCode::CREATED)?;
    made.sign(&mut response);
    Ok(response)
}

/// Sets a password: one's own with the present one, anybody's as an administrator. Other sessions of the person end.
#[utoipa::path(put, path = "/users/{id}/password", tag = "users", params(("id" = uuid::Uuid, Path)), request_body = NewPassword, responses((status = 204)))]
async fn set_password(
    Extract(app): Extract<App>,
    caller: SignedIn,
    from: From,
    Id(id): Id,
    Body(wish): Body<NewPassword>,
) -> Result<Response> {
    let (who, user) = (caller.caller, UserId(id));
    let state = app.core.state();
    if who.user == user {
        let login = state.users.get(user).map_or_else(String::new, |user| user.login.clone());
        if let Some(wait) = app.throttle.begin(&login, from.address, now_ms()) {
            return Err(Error::too_many(format!("too many wrong passwords: wait {wait} seconds"), wait));
        }
        let present = state.identities_of(user).find(|(_, i)| i.provider == "password").map(|(_, i)| i.password_hash.clone());
        if !password::verify(wish.present.unwrap_or_default(), present).await {
            return Err(Error::invalid("present", "the present password is wrong: type it again"));
        }
        app.throttle.succeeded(&login, from.address);
    } else {
        allow(&state, who, Action::Administer, Object::System)?;
    }
    let made = replace(&app, Some(who.user), user, wish.password).await?;
    let except = caller.session.as_ref().map(|session| session.token_hash.as_slice()).filter(|_| who.user == user);
    app.sessions.close_all(user, except).await.map_err(Error::unavailable)?;
    Ok(super::done(&made))
}

/// Replaces the password of a person.
pub(crate) async fn replace(app: &App, author: Option<UserId>, user: UserId, new: String) -> Result<crate::core::Made<()>> {
    password::check(&new)?;
    let hash = password::hash(new).await;
    let change = Change { author: author.map(|user| user.0), request: None };
    app.core.change(change, move |state| Ok((vec![password_edit(state, user, hash)?], ()))).await
}

fn password_edit(state: &State, user: UserId, hash: String) -> std::result::Result<Edit, Refusal> {
    noun::find::<User>(state, user.0)?;
    let present = state.identities_of(user).find(|(_, identity)| identity.provider == "password");
    Ok(match present {
        Some((id, before)) => {
            let after = Identity { password_hash: hash, ..before.clone() };
            Edit { kind: Identity::SPEC.name.to_owned(), id: id.0, change: Content::Update(after.changed_since(before)) }
        }
        None => identity(user, IdentityId(new_id()), hash),
    })
}

fn identity(user: UserId, id: IdentityId, password_hash: String) -> Edit {
    let identity = Identity { user, provider: "password".to_owned(), password_hash };
    let change = Content::Insert(identity.changed_since(&Identity::default()));
    Edit { kind: Identity::SPEC.name.to_owned(), id: id.0, change }
}
