//! Drafts, publishing and history of presentations.

use api::presentation::{DraftProblem, Revert, SavedDraft};
use api::schedule::TakenDown;
use axum::Json;
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use domain::body::{self, Body as Drawing, BodyError};
use domain::id::{PresentationId, RevisionId};
use domain::intent::publish;
use domain::noun;
use domain::permission::Action;
use domain::presentation::{Presentation, Revision};
use domain::refusal::Refusal;
use http::{StatusCode, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::exposed::Exposed;
use super::extract::{Body, Id, IfMatch, RequestId, demand_json, read};
use super::noun::{allow, answer_now, visible, visible_refusal};
use crate::app::App;
use crate::core::Change;
use crate::now::{new_id, now_ms};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(find_draft, save_draft))
        .routes(routes!(publish_draft))
        .routes(routes!(unpublish))
        .routes(routes!(revert))
        .routes(routes!(problems))
        .routes(routes!(body_of_revision))
}

fn no_draft() -> Error {
    Error::not_found("this presentation has no draft yet: save one first")
}

/// The body being edited. Its `ETag` is what saving must name.
#[utoipa::path(get, path = "/presentations/{id}/draft", tag = "presentations", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Drawing)))]
async fn find_draft(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    let state = app.core.state();
    let draft = visible::<Presentation>(&state, caller.caller, id)?.value.draft.ok_or_else(no_draft)?;
    let text = app.bodies.text(draft).ok_or_else(no_draft)?;
    Ok(([(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, format!("\"{draft}\""))], text).into_response())
}

/// Saves the draft. `If-Match` names the draft that was edited, `"none"` if there was none.
#[utoipa::path(put, path = "/presentations/{id}/draft", tag = "presentations", params(("id" = uuid::Uuid, Path), ("If-Match" = String, Header)), request_body = Drawing, responses((status = 200, body = SavedDraft)))]
async fn save_draft(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    IfMatch(expected): IfMatch,
    RequestId(id_of_request): RequestId,
    request: Request,
) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, <Presentation as Exposed>::CHANGE, {
        let state = app.core.state();
        domain::noun::Noun::object(&visible::<Presentation>(&state, who, id)?.value, &state, id)
    })?;
    demand_json(request.headers())?;
    let bytes = read(request, body::MAX_BYTES).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::malformed("the body is not UTF-8 text"))?;
    let drawing = Drawing::parse(text).map_err(body_error)?;
    let Some(expected) = expected else {
        let text = "If-Match is demanded: send the ETag of the draft that was edited, or \"none\"";
        return Err(Error::new(StatusCode::PRECONDITION_REQUIRED, "version_required", text));
    };
    let draft = app.bodies.put(&drawing).await?;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request: id_of_request }, move |state| {
            let before = &visible_refusal::<Presentation>(state, who, id)?.value;
            allow(state, who, <Presentation as Exposed>::CHANGE, domain::noun::Noun::object(before, state, id))?;
            let present = before.draft.map_or_else(|| "none".to_owned(), |draft| draft.to_string());
            if present != expected {
                return Err(Refusal::VersionConflict { version: present });
            }
            let after = Presentation { draft: Some(draft), ..before.clone() };
            Ok((noun::update(state, id, &after)?.into_iter().collect(), ()))
        })
        .await?;
    let mut response = super::answer(&made, StatusCode::OK, &SavedDraft { draft: draft.to_string() });
    response.headers_mut().insert(header::ETAG, format!("\"{draft}\"").parse().expect("hashes are ASCII"));
    Ok(response)
}

fn body_error(error: BodyError) -> Error {
    match error {
        BodyError::TooLong(_) => Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error.to_string()),
        BodyError::Malformed(text) => Error::invalid("body", text),
        BodyError::Range { field, text } => Error::invalid(field, text),
    }
}

/// Publishes the draft: makes a revision of it that screens follow.
#[utoipa::path(post, path = "/presentations/{id}/publish", tag = "presentations", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = api::envelope::Resource<Revision>)))]
async fn publish_draft(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    RequestId(request): RequestId,
) -> Result<Response> {
    let who = caller.caller;
    let draft = visible::<Presentation>(&app.core.state(), who, id)?.value.draft.ok_or_else(no_draft)?;
    let drawing = app.bodies.read(draft).ok_or_else(no_draft)?;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let before = &visible_refusal::<Presentation>(state, who, id)?.value;
            allow(state, who, Action::Edit, domain::noun::Noun::object(before, state, id))?;
            let making = (Some(who.user), now_ms());
            let (revision, edits) = publish::publish(state, PresentationId(id), (draft, &drawing), RevisionId(new_id()), making)?;
            Ok((edits, revision))
        })
        .await?;
    let head = || app.core.state().rows.presentations.get(PresentationId(id)).and_then(|p| p.head);
    let revision = made.outcome.or_else(head).ok_or_else(no_draft)?;
    let mut response = answer_now::<Revision>(&app, revision.0, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}

/// Takes the presentation off all screens. Connected ones drop it at once; the others are named.
#[utoipa::path(post, path = "/presentations/{id}/unpublish", tag = "presentations", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = TakenDown)))]
async fn unpublish(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, RequestId(request): RequestId) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let before = &visible_refusal::<Presentation>(state, who, id)?.value;
            allow(state, who, Action::Edit, domain::noun::Noun::object(before, state, id))?;
            Ok((publish::unpublish(state, PresentationId(id))?, ()))
        })
        .await?;
    super::changes::cleared(&app, who, &made).await
}

/// Publishes an earlier revision again.
#[utoipa::path(post, path = "/presentations/{id}/revert", tag = "presentations", params(("id" = uuid::Uuid, Path)), request_body = Revert, responses((status = 200, body = api::envelope::Resource<Revision>)))]
async fn revert(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    RequestId(request): RequestId,
    Body(wish): Body<Revert>,
) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let before = &visible_refusal::<Presentation>(state, who, id)?.value;
            allow(state, who, Action::Edit, domain::noun::Noun::object(before, state, id))?;
            Ok((publish::revert(state, PresentationId(id), wish.revision)?, ()))
        })
        .await?;
    let mut response = answer_now::<Revision>(&app, wish.revision.0, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}

/// What of the draft will not play as drawn.
#[utoipa::path(get, path = "/presentations/{id}/problems", tag = "presentations", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Vec<DraftProblem>)))]
async fn problems(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Json<Vec<DraftProblem>>> {
    let state = app.core.state();
    let draft = visible::<Presentation>(&state, caller.caller, id)?.value.draft.ok_or_else(no_draft)?;
    let drawing = app.bodies.read(draft).ok_or_else(no_draft)?;
    let mut problems = Vec::new();
    for page in &drawing.pages {
        for element in &page.elements {
            let mut report = |code: &str, text: &str| {
                let (page, element) = (page.id.clone(), element.id.clone());
                problems.push(DraftProblem { page, element, code: code.to_owned(), text: text.to_owned() });
            };
            match (element.kind.as_str(), element.media.map(|media| state.rows.media.get(media))) {
                ("image" | "video", None) => report("media.none", "no media is chosen: choose one, or remove the element"),
                ("image" | "video", Some(None)) => report("media.missing", "its media was deleted: choose another one"),
                ("image" | "video", Some(Some(media))) if media.trashed_at.is_some() => {
                    report("media.trashed", "its media is in the trash: restore it, or choose another one");
                }
                ("image" | "video" | "text" | "clock" | "shape", _) => {}
                _ => report("kind.unknown", "players do not know this kind of element and leave it out"),
            }
        }
    }
    Ok(Json(problems))
}

/// The body of a revision.
#[utoipa::path(get, path = "/revisions/{id}/body", tag = "revisions", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Drawing)))]
async fn body_of_revision(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    let state = app.core.state();
    let body = visible::<Revision>(&state, caller.caller, id)?.value.body;
    let text = app.bodies.text(body).ok_or_else(|| Error::not_found("the body of this revision is not on this server"))?;
    Ok(([(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, format!("\"{body}\""))], text).into_response())
}
