//! Runs of tasks, the files that they brought, and calling tasks off.

use api::envelope::{List, Resource};
use api::task::RunView;
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use domain::document::Document;
use domain::id::{TaskId, ViewerId};
use domain::log::{Change as LogChange, Edit};
use domain::permission::{Action, Object, may};
use domain::refusal::Refusal;
use domain::task::{Run, Task};
use domain::viewer::Viewer;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use store::facts::RunCursor;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::cursor;
use super::error::{Error, Result};
use super::exposed::Exposed as _;
use super::extract::{Id, Query, RequestId};
use super::noun::{allow, answer_now, visible, visible_refusal};
use crate::app::App;
use crate::core::Change;
use crate::now::now_ms;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(of_task)).routes(routes!(of_viewer)).routes(routes!(cancel)).routes(routes!(file))
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RunQuery {
    /// Items of a page, 1 to 500.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The runs of a task, those due last first. `total` counts this page.
#[utoipa::path(get, path = "/tasks/{id}/runs", operation_id = "list_task_runs", tag = "tasks", params(("id" = uuid::Uuid, Path), RunQuery), responses((status = 200, body = List<RunView>)))]
async fn of_task(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    Query(query): Query<RunQuery>,
) -> Result<Json<List<RunView>>> {
    visible::<Task>(&app.core.state(), caller.caller, id)?;
    list(&app, &caller, Some(TaskId(id)), None, &query).await
}

/// What a screen was told to do, what was due last first. `total` counts this page.
#[utoipa::path(get, path = "/viewers/{id}/tasks", operation_id = "list_viewer_tasks", tag = "tasks", params(("id" = uuid::Uuid, Path), RunQuery), responses((status = 200, body = List<RunView>)))]
async fn of_viewer(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    Query(query): Query<RunQuery>,
) -> Result<Json<List<RunView>>> {
    visible::<Viewer>(&app.core.state(), caller.caller, id)?;
    list(&app, &caller, None, Some(ViewerId(id)), &query).await
}

async fn list(
    app: &App,
    caller: &SignedIn,
    task: Option<TaskId>,
    viewer: Option<ViewerId>,
    query: &RunQuery,
) -> Result<Json<List<RunView>>> {
    let limit = cursor::limit(query.limit)?;
    let after = cursor::decode(query.cursor.as_deref())?.map(|(planned, id)| RunCursor { planned, id });
    let facts = app.core.store().facts();
    let runs = app.tasks.runs(facts, task, viewer, after, limit).await.map_err(Error::unavailable)?;
    let next = runs.last().filter(|_| runs.len() == limit as usize).map(|run| cursor::encode(&(run.planned, run.id)));
    let state = app.core.state();
    let seen = runs.into_iter().filter(|run| may(&state, caller.caller, Action::See, Object::Viewer(run.viewer)));
    let items: Vec<RunView> = seen.map(RunView::from).collect();
    Ok(Json(List { total: items.len() as u64, items, next }))
}

/// Calls a task off: it is not due again, and runs that have not begun end as cancelled.
#[utoipa::path(post, path = "/tasks/{id}/cancel", operation_id = "cancel_task", tag = "tasks", params(("id" = uuid::Uuid, Path)), responses((status = 200, body = Resource<Task>)))]
async fn cancel(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, RequestId(request): RequestId) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let before = &visible_refusal::<Task>(state, who, id)?.value;
            allow(state, who, before.needs(), domain::noun::Noun::object(before, state, id))?;
            let after = Task { cancelled_at: before.cancelled_at.or(Some(now_ms())), ..before.clone() };
            let cells = after.changed_since(before);
            let edit = Edit { kind: Task::SPEC.name.to_owned(), id, change: LogChange::Update(cells.clone()) };
            Ok::<_, Refusal>((if cells.is_empty() { Vec::new() } else { vec![edit] }, ()))
        })
        .await?;
    let mut response = answer_now::<Task>(&app, id, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}

/// The file that a run brought: a screenshot, a log, a black box.
#[utoipa::path(get, path = "/task-runs/{id}/file", operation_id = "find_task_run_file", tag = "tasks", params(("id" = uuid::Uuid, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn file(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    let none = || Error::not_found("there is no such file, or no longer: let the task run again");
    let run = app.tasks.run(app.core.store().facts(), id).await.map_err(Error::unavailable)?.ok_or_else(none)?;
    let state = app.core.state();
    if !may(&state, caller.caller, Action::See, Object::Viewer(run.viewer)) {
        return Err(none());
    }
    allow(&state, caller.caller, run.kind.opened_by(), Object::Viewer(run.viewer))?;
    let facts = run.file.as_ref().ok_or_else(none)?;
    let bytes = match app.tasks.files.read(id).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(none()),
        Err(error) => return Err(Error::unavailable(error)),
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let mime = shown_as(&facts.mime).map_or("application/octet-stream", |mime| mime);
    let manner = if mime == "application/octet-stream" { "attachment" } else { "inline" };
    let disposition = format!("{manner}; filename=\"{}\"", name(&run));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).expect("the name is ASCII"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    // What a screen sent is no page of ours.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// The types that a browser may show; all else is only saved.
fn shown_as(mime: &str) -> Option<&'static str> {
    match mime.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" => Some("image/jpeg"),
        "image/png" => Some("image/png"),
        "text/plain" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

/// The name under which a file is saved, in ASCII.
fn name(run: &Run) -> String {
    let given = run.file.as_ref().map_or("", |file| file.name.as_str());
    let plain: String =
        given.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    if plain.trim_matches(['.', '_']).is_empty() { run.kind.name().to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::task::{RunFile, TaskKind};

    #[test]
    fn what_a_screen_sends_is_never_shown_as_a_page() {
        for mime in ["text/html", "image/svg+xml", "application/xhtml+xml", ""] {
            assert_eq!(shown_as(mime), None, "{mime}");
        }
        assert_eq!(shown_as("text/plain"), Some("text/plain; charset=utf-8"));
    }

    #[test]
    fn names_are_plain() {
        let mut run = Run::new(TaskId::default(), ViewerId::default(), TaskKind::BlackBox, 0, 1);
        for (given, name_then) in
            [("black box.tar", "black_box.tar"), ("../../x", ".._.._x"), ("\"\r\n", "black_box"), ("", "black_box")]
        {
            run.file = Some(RunFile { name: given.to_owned(), mime: String::new(), bytes: 0 });
            assert_eq!(name(&run), name_then, "{given}");
        }
    }
}
