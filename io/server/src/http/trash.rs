//! Discarding and restoring, alike for every noun.

use axum::extract::State as Extract;
use axum::response::Response;
use domain::log::Edit;
use domain::noun;
use domain::refusal::Refusal;
use domain::state::State;
use http::StatusCode;
use uuid::Uuid;

use super::caller::SignedIn;
use super::changes::cleared;
use super::error::Result;
use super::exposed::Exposed;
use super::extract::{Id, IfMatch, RequestId};
use super::noun::{allow, answer_now, visible_refusal};
use crate::app::App;
use crate::core::{Change, Made};

/// `DELETE /{noun}/{id}`. What may stand on screens answers with those that it leaves.
pub async fn discard<T: Exposed>(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    IfMatch(expected): IfMatch,
    RequestId(request): RequestId,
) -> Result<Response> {
    let discard = move |state: &State| {
        noun::expect_version::<T>(state, id, expected.as_deref())?;
        noun::discard::<T>(state, id, crate::now::now_ms())
    };
    let made = change::<T>(&app, &caller, id, request, discard).await?;
    if T::ON_SCREENS { cleared(&app, caller.caller, &made).await } else { Ok(super::done(&made)) }
}

/// `POST /{noun}/{id}/restore`
pub async fn restore<T: Exposed>(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    RequestId(request): RequestId,
) -> Result<Response> {
    let made = change::<T>(&app, &caller, id, request, move |state: &State| noun::restore::<T>(state, id)).await?;
    let mut response = answer_now::<T>(&app, id, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}

async fn change<T: Exposed>(
    app: &App,
    caller: &SignedIn,
    id: Uuid,
    request: Option<Uuid>,
    edit: impl FnOnce(&State) -> std::result::Result<Option<Edit>, Refusal> + Send + 'static,
) -> Result<Made<()>> {
    let who = caller.caller;
    let decide = move |state: &State| {
        let held = visible_refusal::<T>(state, who, id)?;
        allow(state, who, held.value.needs(), held.value.object(state, id))?;
        Ok((edit(state)?.into_iter().collect(), ()))
    };
    app.core.change(Change { author: Some(who.user.0), request }, decide).await
}
