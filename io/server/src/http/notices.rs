//! Notices: what was lost where two people changed the same on two servers.

use api::envelope::List;
use api::notice::{NoticeView, NoticeWhat};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse as _, Response};
use domain::document::Class;
use domain::id::UserId;
use domain::permission::{Action, Object};
use domain::state::class_of;
use http::StatusCode;
use replica::NoticeKind;
use serde::Deserialize;
use store::facts::{NoticeFilter, Noticed};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::{Id, Query};
use super::noun::allow;
use crate::app::App;
use crate::now::now_ms;

/// The most notices of an answer.
const MOST: u32 = 500;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(resolve))
}

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NoticeQuery {
    /// Only about this document.
    document: Option<Uuid>,
    /// Whether to leave out those that somebody dealt with.
    open: Option<bool>,
}

/// What was lost where two changed the same, the newest 500 first.
#[utoipa::path(get, path = "/notices", operation_id = "list_notices", tag = "notices", params(NoticeQuery), responses((status = 200, body = List<NoticeView>)))]
async fn list(Extract(app): Extract<App>, caller: SignedIn, Query(query): Query<NoticeQuery>) -> Result<Json<List<NoticeView>>> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    let filter = NoticeFilter { document: query.document, open: query.open.unwrap_or(false) };
    let found = app.core.store().facts().list_notices(&filter, None, MOST).await.map_err(Error::unavailable)?;
    let items: Vec<NoticeView> = found.into_iter().map(view).collect();
    let total = items.len() as u64;
    Ok(Json(List { items, next: None, total }))
}

fn view(noticed: Noticed) -> NoticeView {
    let Noticed { notice, at, value, resolved, .. } = noticed;
    let shown = class_of(&notice.kind, &notice.cell) == Class::Public;
    NoticeView {
        id: notice.id,
        what: match notice.what {
            NoticeKind::ConcurrentEdit => NoticeWhat::ConcurrentEdit,
            NoticeKind::EditLostToDelete => NoticeWhat::EditLostToDelete,
        },
        kind: notice.kind,
        document: notice.document,
        cell: notice.cell,
        loser: notice.loser.to_string(),
        value: value.filter(|_| shown).unwrap_or_default(),
        at,
        resolved_at: resolved.map(|resolved| resolved.at),
        resolved_by: resolved.and_then(|resolved| resolved.by).map(UserId),
    }
}

/// Notes that somebody dealt with a notice.
#[utoipa::path(post, path = "/notices/{id}/resolve", operation_id = "resolve_notice", tag = "notices", params(("id" = Uuid, Path)), responses((status = 204)))]
async fn resolve(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let facts = app.core.store().facts();
    facts.resolve_notice(id, Some(who.user.0), now_ms()).await.map_err(Error::unavailable)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
