//! Which viewer asks for a file: by its cookie, by its client certificate, or by what its session gave it.

use domain::id::{DeviceId, ViewerId};
use domain::state::State;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::peer::{ControlPeer, Place};
use crate::app::App;
use crate::now::now_ms;
use crate::session::identity::{Standing, claim, standing, standing_of};

/// The viewer whose approved device asks; none: it is none.
#[must_use]
pub fn fetching_viewer(app: &App, state: &State, headers: &HeaderMap, peer: Option<ControlPeer>) -> Option<ViewerId> {
    by_claim(state, headers).or_else(|| by_certificate(state, peer?)).or_else(|| by_capability(app, state, headers))
}

fn by_claim(state: &State, headers: &HeaderMap) -> Option<ViewerId> {
    place(standing(state, &claim(headers)?))
}

fn by_certificate(state: &State, peer: ControlPeer) -> Option<ViewerId> {
    match peer.place(state, now_ms()) {
        Place::At(_, viewer) => Some(viewer),
        _ => None,
    }
}

fn by_capability(app: &App, state: &State, headers: &HeaderMap) -> Option<ViewerId> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let device: DeviceId = app.control.capabilities.device(text.trim())?;
    place(standing_of(state, device))
}

fn place(standing: Standing) -> Option<ViewerId> {
    match standing {
        Standing::Approved(viewer) => Some(viewer),
        _ => None,
    }
}
