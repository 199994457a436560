//! How native viewers enrol without a person at each: the settings, tokens, and the list of expected machines.

use std::collections::BTreeMap;

use api::enrolment::{EnrolmentChange, EnrolmentView, ExpectedLine, ExpectedTaken, MadeEnrolmentToken, NewEnrolmentToken};
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse as _, Response};
use domain::card::Mac;
use domain::document::Document;
use domain::enrolment::{ENROLMENT, Enrolment, EnrolmentToken, ExpectedDevice};
use domain::id::{EnrolmentTokenId, GroupId};
use domain::log::{Change as Altered, Edit};
use domain::noun::{self, create};
use domain::permission::{Action, Object};
use domain::refusal::Refusal;
use domain::state::State;
use http::StatusCode;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::{Body, Query, RequestId};
use super::noun::allow;
use crate::app::App;
use crate::auth::password;
use crate::core::{Change, Made};
use crate::now::{digest, new_id, new_secret, now_ms};

/// The most lines of a list of machines.
const MAX_LINES: usize = 5_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find, patch)).routes(routes!(create_token)).routes(routes!(take))
}

/// How native viewers may enrol.
#[utoipa::path(get, path = "/enrolment", operation_id = "find_enrolment", tag = "enrolment", responses((status = 200, body = EnrolmentView)))]
async fn find(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<EnrolmentView>> {
    let state = app.core.state();
    allow(&state, caller.caller, Action::Administer, Object::System)?;
    view(&app, &state).map(Json)
}

/// Changes how native viewers may enrol.
#[utoipa::path(patch, path = "/enrolment", operation_id = "patch_enrolment", tag = "enrolment", request_body = EnrolmentChange, responses((status = 200, body = EnrolmentView)))]
async fn patch(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(wish): Body<EnrolmentChange>,
) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let hash = match wish.password {
        None => None,
        Some(text) if text.is_empty() => Some(String::new()),
        Some(text) => {
            password::check(&text)?;
            Some(password::hash(text).await)
        }
    };
    let change = Change { author: Some(who.user.0), request };
    let decide = move |state: &State| {
        allow(state, who, Action::Administer, Object::System)?;
        let before = Enrolment::of(state);
        let after = Enrolment {
            by_list: wish.by_list.unwrap_or(before.by_list),
            automatic: wish.automatic.unwrap_or(before.automatic),
            password_hash: hash.unwrap_or_else(|| before.password_hash.clone()),
        };
        let cells = after.changed_since(&before);
        let exists = state.enrolments.get(ENROLMENT).is_some();
        let change = if exists { Altered::Update(cells.clone()) } else { Altered::Insert(cells.clone()) };
        let edit = Edit { kind: Enrolment::SPEC.name.to_owned(), id: ENROLMENT, change };
        Ok((if cells.is_empty() { Vec::new() } else { vec![edit] }, ()))
    };
    let made = app.core.change(change, decide).await?;
    let mut response = Json(view(&app, &app.core.state())?).into_response();
    made.sign(&mut response);
    Ok(response)
}

fn view(app: &App, state: &State) -> Result<EnrolmentView> {
    let settings = Enrolment::of(state);
    let signer = app.control.authorities.signer(state).map_err(Error::unavailable)?;
    Ok(EnrolmentView {
        by_list: settings.by_list,
        automatic: settings.automatic,
        has_password: !settings.password_hash.is_empty(),
        fingerprint: hex::encode(Sha256::digest(&signer.certificate)),
        control_port: app.control.ports().control,
    })
}

/// Makes a token by which machines enrol.
#[utoipa::path(post, path = "/enrolment-tokens", operation_id = "create_enrolment_token", tag = "enrolment-tokens", request_body = NewEnrolmentToken, responses((status = 201, body = MadeEnrolmentToken)))]
async fn create_token(Extract(app): Extract<App>, caller: SignedIn, Body(wish): Body<NewEnrolmentToken>) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    let (made, answer) = make_token(&app, Some(who.user.0), wish).await?;
    Ok(super::answer(&made, StatusCode::CREATED, &answer))
}

/// Makes a token for a person, or for whoever owns the data folder.
pub(super) async fn make_token(
    app: &App,
    author: Option<Uuid>,
    wish: NewEnrolmentToken,
) -> Result<(Made<()>, MadeEnrolmentToken)> {
    let (id, secret) = (EnrolmentTokenId(new_id()), format!("sbe_{}", &new_secret()[..40]));
    let token = EnrolmentToken {
        name: wish.name,
        secret_hash: digest(&secret),
        viewer: wish.viewer,
        group: wish.group,
        uses: wish.uses.unwrap_or(1),
        used: 0,
        made_by: author.map(Into::into),
        made_at: now_ms(),
        expires_at: wish.expires_at,
    };
    let change = Change { author, request: None };
    let made = app.core.change(change, move |state| Ok((vec![noun::create(state, id.0, &token)?], ()))).await?;
    Ok((made, MadeEnrolmentToken { id, secret }))
}

/// Takes a list of expected machines, such as a supplier has it. Either all lines are taken or none.
#[utoipa::path(post, path = "/expected-devices/list", operation_id = "take_expected_devices", tag = "expected-devices", request_body = Vec<ExpectedLine>, responses((status = 200, body = ExpectedTaken)))]
async fn take(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(lines): Body<Vec<ExpectedLine>>,
) -> Result<Response> {
    let who = caller.caller;
    allow(&app.core.state(), who, Action::Administer, Object::System)?;
    if lines.len() > MAX_LINES {
        return Err(Error::invalid("", format!("a list has at most {MAX_LINES} lines: send it in parts")));
    }
    let (now, all) = (now_ms(), lines.len());
    let ids: Vec<Uuid> = lines.iter().map(|_| new_id()).collect();
    let change = Change { author: Some(who.user.0), request };
    let made = app
        .core
        .change(change, move |state| {
            allow(state, who, Action::Administer, Object::System)?;
            let mut seen: BTreeMap<(String, Option<Mac>), usize> = BTreeMap::new();
            let mut edits: Vec<Edit> = Vec::new();
            for (position, (line, id)) in lines.into_iter().zip(ids).enumerate() {
                let at = |member: &str, text: String| {
                    Refusal::invalid(format!("[{position}].{member}"), format!("line {}: {text}", position + 1))
                };
                let entry = entry(state, line).map_err(|(member, text)| at(member, text))?;
                let entry = ExpectedDevice { made_by: Some(who.user), made_at: now, ..entry };
                if is_known(state, &entry) || seen.insert((entry.serial.to_lowercase(), entry.mac), position).is_some() {
                    continue;
                }
                edits.push(create(state, id, &entry).map_err(|refusal| match refusal {
                    Refusal::Invalid { field, text } => at(&field, text),
                    other => at("name", other.to_string()),
                })?);
            }
            let count = edits.len();
            Ok((edits, count))
        })
        .await?;
    let count = made.outcome.unwrap_or_else(|| made.count(ExpectedDevice::SPEC.name));
    Ok(super::answer(&made, StatusCode::OK, &ExpectedTaken { made: count, known: all - count }))
}

fn entry(state: &State, line: ExpectedLine) -> std::result::Result<ExpectedDevice, (&'static str, String)> {
    let mac = match line.mac.trim() {
        "" => None,
        text => Some(text.parse::<Mac>().map_err(|error| ("mac", error.to_string()))?),
    };
    let group = match line.group.trim() {
        "" => None,
        text => Some(group(state, text).ok_or_else(|| ("group", format!("there is no group {text:?}: make it first")))?),
    };
    let (serial, name) = (line.serial.trim().to_owned(), line.name.trim().to_owned());
    Ok(ExpectedDevice { serial, mac, name, group, ..ExpectedDevice::default() })
}

fn group(state: &State, text: &str) -> Option<GroupId> {
    let live = state.rows.groups.iter().filter(|(_, held)| held.value.trashed_at.is_none());
    let same = |id: GroupId, name: &str| id.to_string() == text || name.to_lowercase() == text.to_lowercase();
    live.filter(|(id, held)| same(*id, &held.value.name)).map(|(id, _)| id).next()
}

/// Whether the same machine is expected already, or has come.
fn is_known(state: &State, entry: &ExpectedDevice) -> bool {
    let same = |other: &ExpectedDevice| other.serial.to_lowercase() == entry.serial.to_lowercase() && other.mac == entry.mac;
    state.expected_devices.iter().any(|(_, held)| same(&held.value))
}

/// What `signboard enrol-token` asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalToken {
    viewer: Option<String>,
    group: Option<String>,
    uses: u32,
    hours: u32,
}

/// A token for whoever owns the data folder; the answer is the token and nothing else.
pub(super) async fn local_token(Extract(app): Extract<App>, Query(wish): Query<LocalToken>) -> Result<String> {
    let state = app.core.state();
    let viewer = wish.viewer.map(|name| {
        let live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none());
        let found = live.filter(|(_, held)| held.value.name.to_lowercase() == name.to_lowercase()).map(|(id, _)| id).next();
        found.ok_or_else(|| Error::not_found(format!("there is no screen {name:?}: give the name that the admin shows")))
    });
    let group = wish.group.map(|name| {
        group(&state, &name)
            .ok_or_else(|| Error::not_found(format!("there is no group {name:?}: give the name that the admin shows")))
    });
    let new = NewEnrolmentToken {
        name: "signboard enrol-token".to_owned(),
        viewer: viewer.transpose()?,
        group: group.transpose()?,
        uses: Some(wish.uses),
        expires_at: Some(now_ms() + i64::from(wish.hours) * 3_600_000),
    };
    make_token(&app, None, new).await.map(|(_, made)| made.secret)
}
