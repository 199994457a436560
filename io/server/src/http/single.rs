//! Documents of which there is one, with a fixed id, and which stand with their defaults before anybody has changed them.

use api::envelope::Resource;
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::noun::{self, Noun};
use domain::permission::{Action, Object};
use domain::refusal::Refusal;
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::SignedIn;
use super::error::Result;
use super::noun::allow;
use crate::app::App;
use crate::core::Change;

/// Version of a document that nobody has changed yet.
const UNTOUCHED: &str = "default";

/// The document as it is now, with its `ETag`.
pub(super) fn answer<T: Noun + Serialize + ToSchema>(app: &App, id: Uuid) -> Response {
    let state = app.core.state();
    let held = T::table(&state).held(T::Id::from(id));
    let version = held.map_or_else(|| UNTOUCHED.to_owned(), |held| held.version.tag());
    let resource = Resource { id, version, members: held.map(|held| held.value.clone()).unwrap_or_default() };
    (StatusCode::OK, [(header::ETAG, format!("\"{}\"", resource.version))], Json(resource)).into_response()
}

/// Changes members, for administrators; the first change makes the document.
///
/// # Errors
/// What the document or the caller's roles do not allow.
pub(super) async fn patch<T: Noun + Serialize + ToSchema>(
    app: &App,
    caller: &SignedIn,
    id: Uuid,
    expected: Option<String>,
    request: Option<Uuid>,
    members: Map<String, Value>,
) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            allow(state, who, Action::Administer, Object::System)?;
            let edit = if T::table(state).get(T::Id::from(id)).is_some() {
                noun::patch::<T>(state, id, expected.as_deref(), &members)?
            } else {
                if expected.is_some_and(|expected| expected != UNTOUCHED) {
                    return Err(Refusal::VersionConflict { version: UNTOUCHED.to_owned() });
                }
                Some(noun::create(state, id, &noun::set_members(&T::default(), &members)?)?)
            };
            Ok((edit.into_iter().collect(), ()))
        })
        .await?;
    let mut response = answer::<T>(app, id);
    made.sign(&mut response);
    Ok(response)
}
