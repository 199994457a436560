//! Devices: introducing themselves, waiting, being approved and revoked.

use api::device::{Approval, Approve, DeviceState, Introduction, PendingDevice};
use api::envelope::Resource;
use axum::Json;
use axum::extract::State as Extract;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::{IntoResponse, Response};
use control::message::{MAX_FROM_VIEWER, SUBPROTOCOL};
use domain::id::{DeviceId, MembershipId, ViewerId};
use domain::intent::approve::{Standing as Place, approve};
use domain::intent::enrol::admit;
use domain::noun;
use domain::permission::{Action, Object, may};
use domain::refusal::Refusal;
use domain::viewer::{Device, Viewer};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{From, SignedIn};
use super::error::{Error, Result};
use super::extract::{Body, Id, RequestId};
use super::noun::{allow, answer_now, visible_refusal};
use crate::app::App;
use crate::core::Change;
use crate::now::{digest, new_id, now_ms};
use crate::session::hub::ToSession;
use crate::session::identity::{COOKIE_NAME, Claim, Standing, claim, standing};
use crate::session::pending::{self, Unwelcome, Waiting};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(introduce))
        .routes(routes!(pending))
        .routes(routes!(approve_device))
        .routes(routes!(revoke))
        .route("/viewer/session", axum::routing::get(session))
}

/// A browser introduces itself and gets its cookie.
#[utoipa::path(post, path = "/viewer/device", tag = "viewer", request_body = Introduction, responses((status = 200, body = DeviceState)))]
async fn introduce(
    Extract(app): Extract<App>,
    from: From,
    headers: HeaderMap,
    Body(request): Body<Introduction>,
) -> Result<Response> {
    let hexadecimal = request.secret.len() == 64 && request.secret.bytes().all(|b| b.is_ascii_hexdigit());
    if !hexadecimal || request.device.0.is_nil() {
        return Err(Error::invalid("secret", "a device brings its id and 32 random bytes as 64 hexadecimal digits"));
    }
    let claim = Claim { device: request.device, secret_hash: digest(&request.secret) };
    let mut state = match standing(&app.core.state(), &claim) {
        Standing::Approved(_) => Approval::Approved,
        Standing::Revoked => Approval::Revoked,
        Standing::WrongSecret => return Err(wrong_secret()),
        Standing::Unknown => Approval::Pending,
    };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if state == Approval::Pending && request.position.is_none() {
        let visitor = Waiting {
            secret_hash: claim.secret_hash.clone(),
            code: String::new(),
            user_agent: agent.chars().take(300).collect(),
            screen: domain::cell::Size::default(),
            address: from.address,
            since: now_ms(),
            seen: now_ms(),
            native: None,
        };
        let screen =
            request.token.as_ref().zip(app.demo_token.as_ref()).and_then(|(token, demo)| crate::demo::screen_of(token, demo));
        match screen {
            Some(screen) => {
                crate::demo::approve_visitor(&app, &claim, &visitor, screen).await?;
                state = Approval::Approved;
            }
            None => match pending::greet(&app, claim.device, visitor) {
                Ok(_) => {}
                Err(Unwelcome::WrongSecret | Unwelcome::KeyInUse) => return Err(wrong_secret()),
                Err(Unwelcome::Crowded) => {
                    return Err(Error::too_many("too many devices wait for approval: approve or switch off some", 60));
                }
            },
        }
    }
    let position = request.position.into_iter().flatten().collect();
    let covers = crate::session::holding_back::covers(&app, &position);
    let mut response = Json(DeviceState { state, covers }).into_response();
    let cookie = format!("{COOKIE_NAME}={}.{}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000", request.device, request.secret);
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&cookie).expect("ids and digits are ASCII"));
    Ok(response)
}

fn wrong_secret() -> Error {
    Error::new(
        StatusCode::FORBIDDEN,
        "device.secret_wrong",
        "this device is known with another secret: let it make a new identity",
    )
}

/// The session of a viewer: a WebSocket.
async fn session(
    Extract(app): Extract<App>,
    from: From,
    headers: HeaderMap,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let upgrade = upgrade.map_err(|_| Error::malformed("this address is for screens: open it as a WebSocket"))?;
    let missing =
        || Error::new(StatusCode::UNAUTHORIZED, "sign_in_required", "introduce the device first: POST /api/v1/viewer/device");
    let claim = claim(&headers).ok_or_else(missing)?;
    if standing(&app.core.state(), &claim) == Standing::WrongSecret {
        return Err(wrong_secret());
    }
    let upgrade = upgrade.protocols([SUBPROTOCOL]).max_message_size(MAX_FROM_VIEWER);
    Ok(upgrade.on_upgrade(move |socket| crate::session::socket::run(app, socket, claim, from.address)))
}

/// Devices that show a code.
#[utoipa::path(get, path = "/devices/pending", tag = "devices", responses((status = 200, body = Vec<PendingDevice>)))]
async fn pending(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<Vec<PendingDevice>>> {
    if !may(&app.core.state(), caller.caller, Action::Administer, Object::System) {
        return Err(Error::forbidden());
    }
    Ok(Json(app.pending.list()))
}

/// Gives the device that shows a code its place.
#[utoipa::path(post, path = "/devices/approve", tag = "devices", request_body = Approve, responses((status = 200, body = Resource<Viewer>)))]
async fn approve_device(
    Extract(app): Extract<App>,
    caller: SignedIn,
    RequestId(request): RequestId,
    Body(wish): Body<Approve>,
) -> Result<Response> {
    let who = caller.caller;
    if !may(&app.core.state(), who, Action::Administer, Object::System) {
        return Err(Error::forbidden());
    }
    let (id, waiting) = app.pending.by_code(&wish.code).ok_or_else(|| {
        Error::new(StatusCode::NOT_FOUND, "not_found", "no screen shows this code now: look at the screen and type it again")
            .at("code")
    })?;
    let now = now_ms();
    let device = Device {
        secret_hash: waiting.secret_hash,
        user_agent: waiting.user_agent,
        screen: waiting.screen,
        approved_by: Some(who.user),
        approved_at: now,
        ..Device::default()
    };
    let place = match wish.viewer {
        Some(viewer) => Place::At(viewer),
        None => {
            let name =
                wish.name.ok_or_else(|| Error::invalid("name", "give the new screen a name, or say which screen it replaces"))?;
            let server = app.core.as_one_of_several();
            let viewer = Viewer { name, zone: wish.zone, server, made_by: Some(who.user), made_at: now, ..Viewer::default() };
            let groups = wish.groups.into_iter().map(|group| (MembershipId(new_id()), group)).collect();
            Place::New(ViewerId(new_id()), Box::new(viewer), groups)
        }
    };
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let (viewer, edits) = match waiting.native {
                Some(native) => admit(state, &native.newcomer, device, &place, now)?,
                None => approve(state, id, device, &place, now)?,
            };
            Ok((edits, viewer))
        })
        .await?;
    app.pending.remove(id);
    app.live.wake.notify_one();
    app.hub.tell(id, ToSession::Reconsider);
    let viewer = made.outcome.map(|id| id.0).or_else(|| app.core.state().devices.get(id).and_then(|d| d.viewer).map(|v| v.0));
    let mut response = answer_now::<Viewer>(&app, viewer.ok_or_else(|| Error::not_found("the screen is gone"))?, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}

/// Ends a device at once: it plays no longer and needs a new approval.
#[utoipa::path(post, path = "/devices/{id}/revoke", tag = "devices", params(("id" = uuid::Uuid, Path)), responses((status = 204)))]
async fn revoke(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, RequestId(request): RequestId) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let before = &visible_refusal::<Device>(state, who, id)?.value;
            allow(state, who, Action::Administer, noun::Noun::object(before, state, id))?;
            let after = Device { revoked_at: before.revoked_at.or(Some(now_ms())), ..before.clone() };
            let cells = domain::document::Document::changed_since(&after, before);
            let change = domain::log::Change::Update(cells.clone());
            let edit = domain::log::Edit { kind: "device".to_owned(), id, change };
            Ok::<_, Refusal>((if cells.is_empty() { Vec::new() } else { vec![edit] }, ()))
        })
        .await?;
    app.hub.tell(DeviceId(id), ToSession::Reconsider);
    Ok(super::done(&made))
}
