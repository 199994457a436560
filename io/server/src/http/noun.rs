//! The handlers that every noun has: list, find, create, patch. Discarding and restoring: `trash`.

use api::envelope::{List, Resource};
use axum::Json;
use axum::extract::{RawQuery, State as Extract};
use axum::response::{IntoResponse, Response};
use domain::id::UserId;
use domain::noun::{self, is_trashed};
use domain::permission::{Action, Caller, Object, may};
use domain::state::State;
use domain::table::Held;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::exposed::{Exposed, Making, sortable};
use super::extract::{Body, Id, IfMatch, RequestId};
use super::list::{Key, Paging};
use crate::app::App;
use crate::core::Change;

/// The members of a list's query that every noun knows.
const COMMON: [&str; 5] = ["limit", "cursor", "sort", "q", "trashed"];

/// `GET /{noun}`
pub async fn list<T: Exposed>(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Json<List<Resource<T>>>> {
    let query = parse_query::<T>(query.as_deref().unwrap_or_default())?;
    let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let limit = get("limit").map(str::parse).transpose().map_err(|_| Error::malformed("limit is not a number").at("limit"))?;
    let paging = Paging::new(get("sort"), limit, get("cursor"), &sortable::<T>())?;
    let trashed = match get("trashed") {
        None | Some("false") => false,
        Some("true") => true,
        Some(other) => return Err(Error::malformed(format!("trashed is {other:?}: give true or false")).at("trashed")),
    };
    let part = get("q").map(str::to_lowercase);
    let state = app.core.state();
    let everything = may(&state, caller.caller, T::SEE, Object::System);
    let mut keys = Vec::new();
    'documents: for (id, held) in T::table(&state).iter() {
        let (id, document): (Uuid, &T) = (id.into(), &held.value);
        if is_trashed(document) != trashed || part.as_ref().is_some_and(|part| !document.name().to_lowercase().contains(part)) {
            continue;
        }
        for filter in T::FILTERS {
            let Some(value) = get(filter.name) else { continue };
            match (filter.passes)(&state, id, document, value) {
                Some(true) => {}
                Some(false) => continue 'documents,
                None => {
                    return Err(Error::malformed(format!("{} is {value:?}: give {}", filter.name, filter.about)).at(filter.name));
                }
            }
        }
        if everything || sees(&state, caller.caller, document, id) {
            let value = match paging.member.as_str() {
                "name" => Value::from(document.name().to_lowercase()),
                "id" => Value::Null,
                member => document.cell(member).unwrap_or(Value::Null),
            };
            keys.push(Key(value, id));
        }
    }
    let page = paging.page(keys);
    let items = page.ids.into_iter().filter_map(|id| T::table(&state).held(T::Id::from(id)).map(|held| resource(id, held)));
    Ok(Json(List { items: items.collect(), next: page.next, total: page.total }))
}

fn parse_query<T: Exposed>(query: &str) -> Result<Vec<(String, String)>> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|error| Error::malformed(format!("the query is not understood: {error}")))?;
    for (index, (name, _)) in pairs.iter().enumerate() {
        if !COMMON.contains(&name.as_str()) && !T::FILTERS.iter().any(|filter| filter.name == name) {
            let filters: Vec<&str> = COMMON.into_iter().chain(T::FILTERS.iter().map(|filter| filter.name)).collect();
            return Err(
                Error::malformed(format!("there is no filter {name:?}: possible are {}", filters.join(", "))).at(name.clone())
            );
        }
        if pairs[..index].iter().any(|(other, _)| other == name) {
            return Err(Error::malformed(format!("{name} is given twice: give it once")).at(name.clone()));
        }
    }
    Ok(pairs)
}

/// `GET /{noun}/{id}`
pub async fn find<T: Exposed>(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, headers: HeaderMap) -> Result<Response> {
    let state = app.core.state();
    let held = visible::<T>(&state, caller.caller, id)?;
    let resource = resource(id, held);
    let tag = format!("\"{}\"", resource.version);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(answer(StatusCode::OK, &resource))
}

/// `POST /{noun}`
pub async fn create<T: Exposed>(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(members): Body<Map<String, Value>>,
) -> Result<Response> {
    let id = crate::now::new_id();
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let mut document = noun::set_members(&T::default(), &members)?;
            document.prepare(Making { user: who.user, now_ms: crate::now::now_ms() });
            // Where it lies in something else, that decides: a new one has no place of its own yet.
            let reached = document.reaches();
            let own = reached.is_empty().then(|| document.object(state, id));
            for object in own.into_iter().chain(reached) {
                allow(state, who, document.needs(), object)?;
            }
            Ok((vec![noun::create(state, id, &document)?], id))
        })
        .await?;
    let id = made.outcome.or_else(|| made.made(T::SPEC.name)).unwrap_or(id);
    let mut response = answer_now::<T>(&app, id, StatusCode::CREATED)?;
    made.sign(&mut response);
    let location = format!("/api/v1/{}/{id}", T::PATH);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).expect("ids are ASCII"));
    Ok(response)
}

/// `PATCH /{noun}/{id}`
pub async fn patch<T: Exposed>(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    IfMatch(expected): IfMatch,
    RequestId(request): RequestId,
    Body(members): Body<Map<String, Value>>,
) -> Result<Response> {
    if T::BY_BROWSER && caller.session.is_none() {
        return Err(Error::by_token());
    }
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let before = &visible_refusal::<T>(state, who, id)?.value;
            allow(state, who, before.needs(), before.object(state, id))?;
            let edit = noun::patch::<T>(state, id, expected.as_deref(), &members)?;
            let after = noun::set_members(before, &members)?;
            allow(state, who, after.needs(), after.object(state, id))?;
            for object in after.reaches().into_iter().filter(|object| !before.reaches().contains(object)) {
                allow(state, who, after.needs(), object)?;
            }
            Ok((edit.into_iter().collect(), ()))
        })
        .await?;
    let mut response = answer_now::<T>(&app, id, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}

/// Whether the caller may look at the document.
pub fn sees<T: Exposed>(state: &State, caller: Caller, document: &T, id: Uuid) -> bool {
    may(state, caller, T::SEE, document.object(state, id))
}

/// The document, if the caller may look at it; otherwise it is as if it did not exist.
///
/// # Errors
/// 404.
pub fn visible<T: Exposed>(state: &State, caller: Caller, id: Uuid) -> Result<&Held<T>> {
    Ok(visible_refusal(state, caller, id)?)
}

/// The same inside a decision.
///
/// # Errors
/// [`domain::refusal::Refusal::NotFound`].
pub fn visible_refusal<T: Exposed>(
    state: &State,
    caller: Caller,
    id: Uuid,
) -> std::result::Result<&Held<T>, domain::refusal::Refusal> {
    let held = T::table(state).held(T::Id::from(id)).filter(|held| sees(state, caller, &held.value, id));
    held.map(AsRef::as_ref).ok_or_else(|| domain::refusal::Refusal::not_found(T::SPEC.name, id))
}

/// Refuses what the caller's roles do not allow.
///
/// # Errors
/// [`domain::refusal::Refusal::Forbidden`].
pub fn allow(state: &State, caller: Caller, action: Action, object: Object) -> std::result::Result<(), domain::refusal::Refusal> {
    match may(state, caller, action, object) {
        true => Ok(()),
        false => Err(domain::refusal::Refusal::Forbidden(format!("{action:?} {object:?}"))),
    }
}

/// A document as a resource.
#[must_use]
pub fn resource<T: Exposed>(id: Uuid, held: &Held<T>) -> Resource<T> {
    Resource { id, version: held.version.tag(), members: held.value.clone() }
}

/// The document as it is now, with its `ETag`.
///
/// # Errors
/// 404 when it is gone.
pub fn answer_now<T: Exposed>(app: &App, id: Uuid, status: StatusCode) -> Result<Response> {
    let state = app.core.state();
    let held = T::table(&state).held(T::Id::from(id)).ok_or_else(|| Error::not_found("it was removed in the meantime"))?;
    Ok(answer(status, &resource(id, held)))
}

fn answer<T: Exposed>(status: StatusCode, resource: &Resource<T>) -> Response {
    (status, [(header::ETAG, format!("\"{}\"", resource.version))], Json(resource)).into_response()
}

/// The user that a change is made for.
#[must_use]
pub fn author(caller: &SignedIn) -> Option<UserId> {
    Some(caller.caller.user)
}
