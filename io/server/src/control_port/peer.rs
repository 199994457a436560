//! Who is at the other end of a connection to the control port.

use std::net::SocketAddr;

use domain::id::{DeviceId, ViewerId};
use domain::state::State;
use uuid::Uuid;

use super::verifier::Said;
use crate::session::identity::{Standing, standing_of};

/// The other end; every request carries it in its extensions. What it may do depends on the state and the time, so it is asked anew
/// each time ([`Self::place`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlPeer {
    /// Address and port of the other end, which may be a proxy.
    pub addr: SocketAddr,
    /// SHA-256 of the public key that its certificate names and that it has proved to have; none: it brought no certificate.
    pub key: Option<[u8; 32]>,
    /// The id that its certificate names; none: it names none, or there is none.
    pub holder: Option<Uuid>,
    /// When its certificate ends, Unix milliseconds.
    pub certificate_until: i64,
}

/// Where a peer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It brought no certificate.
    Stranger,
    /// It has a certificate of ours, and the state does not know its key: a backup was restored. It may enrol.
    Unknown,
    /// It lost its place.
    Revoked(DeviceId),
    /// It has a place, and its certificate has ended: it may renew it.
    Expired(DeviceId),
    /// It has a place.
    At(DeviceId, ViewerId),
}

impl ControlPeer {
    pub(super) fn new(addr: SocketAddr, said: Option<Said>) -> Self {
        let certificate_until = said.map_or(0, |said| said.until.saturating_mul(1_000));
        Self { addr, key: said.map(|said| said.key), holder: said.and_then(|said| said.holder), certificate_until }
    }

    /// Where it stands at this time, Unix milliseconds.
    #[must_use]
    pub fn place(&self, state: &State, now_ms: i64) -> Place {
        let Some(key) = &self.key else { return Place::Stranger };
        match of_key(state, key) {
            Place::At(device, _) if now_ms > self.certificate_until => Place::Expired(device),
            place => place,
        }
    }
}

/// Where the device with this key stands, whatever its certificate.
#[must_use]
pub(super) fn of_key(state: &State, key: &[u8; 32]) -> Place {
    let Some((id, _)) = state.device_by_key(key) else { return Place::Unknown };
    match standing_of(state, id) {
        Standing::Approved(viewer) => Place::At(id, viewer),
        _ => Place::Revoked(id),
    }
}
