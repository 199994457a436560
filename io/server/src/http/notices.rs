//! Notices: what people should look at because servers that could not hear each other let it come about.

use api::envelope::List;
use api::notice::{MadeBy, NoticeView, NoticeWhat};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse as _, Response};
use domain::document::Class;
use domain::id::{ServerId, UserId};
use domain::log::Action as LogAction;
use domain::noun::any;
use domain::permission::{Action, Object};
use domain::refusal::Refusal;
use domain::stamp::{Dot, Hlc};
use domain::state::{State, class_of};
use http::StatusCode;
use replica::{Notice, NoticeKind};
use serde::Deserialize;
use serde_json::Value;
use store::facts::{NoticeFilter, Noticed};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::cursor;
use super::error::{Error, Result};
use super::extract::{Id, Query, RequestId};
use super::noun::allow;
use crate::app::App;
use crate::core::Change;
use crate::now::now_ms;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(resolve)).routes(routes!(take))
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
    /// Items of a page, 1 to 500.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What people should look at, the newest first. `total` counts those that nobody has dealt with.
#[utoipa::path(get, path = "/notices", operation_id = "list_notices", tag = "notices", params(NoticeQuery), responses((status = 200, body = List<NoticeView>)))]
async fn list(Extract(app): Extract<App>, caller: SignedIn, Query(query): Query<NoticeQuery>) -> Result<Json<List<NoticeView>>> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    let facts = app.core.store().facts();
    let filter = NoticeFilter { document: query.document, open: query.open.unwrap_or(false) };
    let limit = cursor::limit(query.limit)?;
    let after = cursor::decode(query.cursor.as_deref())?;
    let found = facts.list_notices(&filter, after, limit).await.map_err(Error::unavailable)?;
    let last = found.last().filter(|_| found.len() == limit as usize);
    let next = last.map(|noticed| cursor::encode(&(noticed.at, noticed.notice.id)));
    let mut items = Vec::with_capacity(found.len());
    for noticed in found {
        items.push(view(&app, noticed).await?);
    }
    let total = facts.open_notices().await.map_err(Error::unavailable)?;
    Ok(Json(List { items, next, total }))
}

async fn view(app: &App, noticed: Noticed) -> Result<NoticeView> {
    let state = app.core.state();
    let lost = lost(app, &noticed).await?;
    let Noticed { notice, at, resolved, .. } = noticed;
    let shown = class_of(&notice.kind, &notice.cell) == Class::Public;
    let row = app.core.store().document(&notice.kind, notice.document).await.map_err(Error::unavailable)?;
    let stamp = row.as_ref().and_then(|row| row.cells.get(&notice.cell)).map(|cell| cell.stamp);
    let current_made = match stamp {
        Some(stamp) => made(app, &state, stamp.dot, Some(stamp.hlc)).await?,
        None => None,
    };
    let current = any::cell(&state, &notice.kind, notice.document, &notice.cell).filter(|_| shown).unwrap_or_default();
    let edit = notice.what == NoticeKind::ConcurrentEdit;
    let takable = edit && shown && row.is_some() && lost.as_ref().is_some_and(|lost| *lost != current);
    Ok(NoticeView {
        id: notice.id,
        what: match notice.what {
            NoticeKind::ConcurrentEdit => NoticeWhat::ConcurrentEdit,
            NoticeKind::EditLostToDelete => NoticeWhat::EditLostToDelete,
            NoticeKind::TargetGone => NoticeWhat::TargetGone,
            NoticeKind::TwoNames => NoticeWhat::TwoNames,
        },
        name: any::name(&state, &notice.kind, notice.document),
        made: made(app, &state, notice.loser, None).await?,
        current,
        current_made,
        takable,
        kind: notice.kind,
        document: notice.document,
        cell: notice.cell,
        loser: notice.loser.to_string(),
        value: lost.filter(|_| shown).unwrap_or_default(),
        at,
        resolved_at: resolved.map(|resolved| resolved.at),
        resolved_by: resolved.and_then(|resolved| resolved.by).map(UserId),
    })
}

/// The value that was lost, as the notice or the log has it.
async fn lost(app: &App, noticed: &Noticed) -> Result<Option<Value>> {
    let Notice { kind, document, cell, loser, .. } = &noticed.notice;
    if noticed.value.is_some() {
        return Ok(noticed.value.clone());
    }
    let entry = app.core.store().entry(*loser).await.map_err(Error::unavailable)?;
    let ops = entry.iter().flat_map(|logged| logged.entry.ops.iter().rev());
    let mut writes = ops.filter(|op| op.kind == *kind && op.id == *document).filter_map(|op| match &op.action {
        LogAction::Ins(cells) | LogAction::Set(cells) => cells.get(cell).map(|write| write.value.clone()),
        LogAction::Del => None,
    });
    Ok(writes.next())
}

/// Who made the entry at `dot`; none if the log no longer has it and its time is not known either.
async fn made(app: &App, state: &State, dot: Dot, at: Option<Hlc>) -> Result<Option<MadeBy>> {
    let entry = app.core.store().entry(dot).await.map_err(Error::unavailable)?.map(|logged| logged.entry);
    let Some(at) = entry.as_ref().map(|entry| entry.hlc).or(at) else { return Ok(None) };
    let author = entry.and_then(|entry| entry.author);
    let user = author.and_then(|author| state.users.get(UserId(author)));
    let server = state.servers.get(ServerId(dot.actor.server));
    Ok(Some(MadeBy {
        by: user.map_or_else(String::new, |user| user.name.clone()),
        at: at.unix_ms(),
        server: server.map_or_else(String::new, |server| server.name.clone()),
    }))
}

/// Notes that somebody dealt with a notice. All servers hear of it.
#[utoipa::path(post, path = "/notices/{id}/resolve", operation_id = "resolve_notice", tag = "notices", params(("id" = Uuid, Path)), responses((status = 204)))]
async fn resolve(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let facts = app.core.store().facts();
    facts.resolve_notice(id, Some(who.user.0), now_ms()).await.map_err(Error::unavailable)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Puts the lost value back in place of the one that stands, under the same rules as any change, and notes that this was dealt with.
#[utoipa::path(post, path = "/notices/{id}/take", operation_id = "take_notice", tag = "notices", params(("id" = Uuid, Path)), responses((status = 204)))]
async fn take(Extract(app): Extract<App>, caller: SignedIn, RequestId(request): RequestId, Id(id): Id) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let facts = app.core.store().facts();
    let found = facts.notice(id).await.map_err(Error::unavailable)?;
    let noticed = found.ok_or_else(|| Error::not_found(format!("there is no notice {id}")))?;
    let value = lost(&app, &noticed).await?;
    let Notice { what, kind, document, cell, .. } = noticed.notice;
    let seen = class_of(&kind, &cell) == Class::Public;
    let (Some(value), NoticeKind::ConcurrentEdit, true) = (value, what, seen) else {
        let text = "the other value cannot be put back: change the member as you want it, and mark the notice as dealt with";
        return Err(Refusal::invalid("id", text).into());
    };
    let change = Change { author: Some(who.user.0), request };
    let decide = move |state: &State| {
        allow(state, who, Action::Administer, Object::System)?;
        Ok((any::put_cell(state, &kind, document, &cell, value)?.into_iter().collect(), ()))
    };
    let made = app.core.change(change, decide).await?;
    facts.resolve_notice(id, Some(who.user.0), now_ms()).await.map_err(Error::unavailable)?;
    Ok(super::done(&made))
}
