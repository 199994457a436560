//! Who a browser is: its device cookie, checked against the state and the waiting devices.

use domain::id::{DeviceId, ViewerId};
use domain::state::State;
use domain::viewer::PlayerKind;
use http::header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, HeaderName};

use crate::now::digest;

/// Name of the device cookie: `<device>.<secret>`.
pub const COOKIE_NAME: &str = "signboard_device";

/// What a device says it is.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its id.
    pub device: DeviceId,
    /// SHA-256 of its secret, hexadecimal.
    pub secret_hash: String,
}

/// Where a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It plays at this viewer.
    Approved(ViewerId),
    /// It lost its place.
    Revoked,
    /// It is not known to the state.
    Unknown,
    /// Its secret is not the one that was approved.
    WrongSecret,
}

/// What begins the subprotocol by which a page of another server says which device it is.
const SUBPROTOCOL: &str = "signboard.device.";

/// Reads what a page of another server says, whose cookie browsers do not send here: `Authorization: Bearer` of a request, or a further subprotocol
/// of a WebSocket, which cannot have that. Else the device cookie.
#[must_use]
pub fn claim(headers: &HeaderMap) -> Option<Claim> {
    let value = told(headers).or_else(|| cookie(headers, COOKIE_NAME))?;
    let (device, secret) = value.split_once('.')?;
    Some(Claim { device: device.parse().ok()?, secret_hash: digest(secret) })
}

fn told(headers: &HeaderMap) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || text(AUTHORIZATION)?.strip_prefix("Bearer ").map(str::trim).filter(|value| value.contains('.'));
    let protocol = || text(SEC_WEBSOCKET_PROTOCOL)?.split(',').find_map(|one| one.trim().strip_prefix(SUBPROTOCOL));
    protocol().or_else(bearer).map(ToOwned::to_owned)
}

/// The value of a cookie (RFC 6265 section 4.2.1).
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Where the device stands.
#[must_use]
pub fn standing(state: &State, claim: &Claim) -> Standing {
    let Some(device) = state.devices.get(claim.device) else { return Standing::Unknown };
    if device.player == PlayerKind::Native || device.secret_hash != claim.secret_hash {
        return Standing::WrongSecret;
    }
    standing_of(state, claim.device)
}

/// Where a device stands that has proved who it is.
#[must_use]
pub fn standing_of(state: &State, id: DeviceId) -> Standing {
    let Some(device) = state.devices.get(id) else { return Standing::Unknown };
    let place = device.viewer.filter(|viewer| state.rows.viewers.get(*viewer).is_some_and(|v| v.trashed_at.is_none()));
    match place {
        Some(viewer) if device.revoked_at.is_none() && !state.is_suspended(id.0) => Standing::Approved(viewer),
        _ => Standing::Revoked,
    }
}
