//! Waking screens, and taking lists of network cards.

use std::collections::BTreeMap;

use api::network::{CardLine, CardsTaken, Waking};
use api::schedule::NamedViewer;
use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use domain::card::{Card, Mac, MacError, SecureOn};
use domain::document::Document;
use domain::group::Group;
use domain::id::{UserId, ViewerId};
use domain::log::Edit;
use domain::noun::{Noun, create};
use domain::permission::{Action, Object};
use domain::refusal::Refusal;
use domain::state::State;
use domain::viewer::Viewer;
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::extract::{Body, Id, RequestId};
use super::noun::{allow, visible};
use crate::app::App;
use crate::core::Change;
use crate::lan::wake::Wanted;
use crate::now::{new_id, now_ms};

/// The most lines of a list of cards.
const MAX_LINES: usize = 5_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(viewer)).routes(routes!(group)).routes(routes!(take))
}

/// Sends magic packets to a screen's machine. Whether it woke is known when it connects.
#[utoipa::path(post, path = "/viewers/{id}/wake", operation_id = "wake_viewer", tag = "network", params(("id" = uuid::Uuid, Path)), responses((status = 202, body = Waking)))]
async fn viewer(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    let state = app.core.state();
    let viewer = &visible::<Viewer>(&state, caller.caller, id)?.value;
    allow(&state, caller.caller, Action::Edit, viewer.object(&state, id))?;
    call(&app, &state, &[ViewerId(id)]).await
}

/// Sends magic packets to the machines of all screens in a group and in the groups inside it, a few each second.
#[utoipa::path(post, path = "/groups/{id}/wake", operation_id = "wake_group", tag = "network", params(("id" = uuid::Uuid, Path)), responses((status = 202, body = Waking)))]
async fn group(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id) -> Result<Response> {
    let state = app.core.state();
    let group = &visible::<Group>(&state, caller.caller, id)?.value;
    allow(&state, caller.caller, Action::Edit, group.object(&state, id))?;
    let live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none());
    let inside = live.map(|(viewer, _)| viewer).filter(|viewer| state.rows.groups_around(*viewer).contains(&id.into()));
    call(&app, &state, &inside.collect::<Vec<_>>()).await
}

async fn call(app: &App, state: &State, viewers: &[ViewerId]) -> Result<Response> {
    let wanted = Wanted::viewers(state, viewers);
    let named = |ids: &[ViewerId]| {
        let name = |id: &ViewerId| state.rows.viewers.get(*id).map(|viewer| viewer.name.clone()).unwrap_or_default();
        let mut named: Vec<_> = ids.iter().map(|id| NamedViewer { id: *id, name: name(id) }).collect();
        named.sort_by(|a, b| a.name.cmp(&b.name));
        named
    };
    let per_second = usize::from(app.config.wake.per_second);
    let waking = Waking {
        called: named(&wanted.called),
        without_card: named(&wanted.without_card),
        cards: wanted.cards(),
        seconds: wanted.cards().saturating_sub(1) / per_second,
    };
    if waking.cards == 0 {
        let text = "no network card is known of what is to be woken: add its hardware address first";
        return Err(Error::new(StatusCode::CONFLICT, "in_use", text));
    }
    let sent = wanted.send(&app.config.wake, &app.lan.pace).await;
    sent.map_err(|error| Error::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error.to_string()))?;
    Ok((StatusCode::ACCEPTED, Json(waking)).into_response())
}

/// Takes a list of network cards, such as an inventory has it. Either all lines are taken or none.
#[utoipa::path(post, path = "/network-cards/list", operation_id = "take_network_cards", tag = "network", request_body = Vec<CardLine>, responses((status = 200, body = CardsTaken)))]
async fn take(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(lines): Body<Vec<CardLine>>,
) -> Result<Response> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    if lines.len() > MAX_LINES {
        return Err(Error::invalid("", format!("a list has at most {MAX_LINES} lines: send it in parts")));
    }
    let (user, now) = (caller.caller.user, now_ms());
    let all = lines.len();
    let ids: Vec<Uuid> = lines.iter().map(|_| new_id()).collect();
    let made = app
        .core
        .change(Change { author: Some(user.0), request }, move |state| {
            let known = names(state);
            let mut taken: BTreeMap<Mac, (ViewerId, usize)> = BTreeMap::new();
            let mut edits: Vec<Edit> = Vec::new();
            for (position, (line, id)) in lines.into_iter().zip(ids).enumerate() {
                let at = |member: &str, text: String| {
                    Refusal::invalid(format!("[{position}].{member}"), format!("line {}: {text}", position + 1))
                };
                let card = card(&known, line, user, now).map_err(|(member, text)| at(member, text))?;
                let viewer = card.viewer.unwrap_or_default();
                match taken.insert(card.mac, (viewer, position)) {
                    Some((other, line)) if other != viewer => {
                        return Err(at("mac", format!("{} stands at another screen in line {}", card.mac, line + 1)));
                    }
                    Some(_) => continue,
                    None => {}
                }
                if state.viewers_of(card.mac).any(|(_, other)| other == viewer) {
                    continue;
                }
                edits.push(create(state, id, &card).map_err(|refusal| at("mac", refusal.to_string()))?);
            }
            let count = edits.len();
            Ok((edits, count))
        })
        .await?;
    let count = made.outcome.unwrap_or_else(|| made.count(Card::SPEC.name));
    Ok(super::answer(&made, StatusCode::OK, &CardsTaken { made: count, known: all - count }))
}

/// Screens by id and by name in lower case; none for a name that several have, since they came from several servers.
fn names(state: &State) -> BTreeMap<String, Option<ViewerId>> {
    let live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none());
    let mut names = BTreeMap::new();
    for (id, held) in live {
        names.insert(id.to_string(), Some(id));
        names.entry(held.value.name.to_lowercase()).and_modify(|known| *known = None).or_insert(Some(id));
    }
    names
}

fn card(
    known: &BTreeMap<String, Option<ViewerId>>,
    line: CardLine,
    user: UserId,
    now: i64,
) -> std::result::Result<Card, (&'static str, String)> {
    let viewer = match known.get(&line.viewer.to_lowercase()) {
        Some(Some(viewer)) => *viewer,
        Some(None) => return Err(("viewer", format!("several screens have the name {:?}: give the id of one", line.viewer))),
        None => return Err(("viewer", format!("there is no screen {:?}: give its name or id", line.viewer))),
    };
    let mac = line.mac.parse().map_err(|error: MacError| ("mac", error.to_string()))?;
    let secure_on = line.secure_on.filter(|text| !text.is_empty()).map(SecureOn::try_from).transpose();
    let secure_on = secure_on.map_err(|error| ("secure_on", error.to_string()))?;
    Ok(Card { viewer: Some(viewer), mac, secure_on, made_by: Some(user), made_at: now })
}
