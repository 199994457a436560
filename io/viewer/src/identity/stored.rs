//! The certificate as it stands on disk.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control::v1;
use net::control::{Identity, Key};
use serde::{Deserialize, Serialize};

/// What an installation granted; DER in base64.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    certificate: String,
    authorities: Vec<String>,
    device: String,
    viewer: String,
    installation: String,
}

impl Stored {
    pub(super) fn of(identity: &Identity) -> Self {
        Self {
            certificate: STANDARD.encode(&identity.certificate),
            authorities: identity.authorities.iter().map(|der| STANDARD.encode(der)).collect(),
            device: identity.device.clone(),
            viewer: identity.viewer.clone(),
            installation: identity.installation.clone(),
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("text is always JSON")
    }

    /// None if it cannot be read or belongs to another key.
    pub(super) fn read(bytes: &[u8], key: &Key) -> Option<Identity> {
        let stored: Self = serde_json::from_slice(bytes).ok()?;
        let authorities: Result<Vec<_>, _> = stored.authorities.iter().map(|text| STANDARD.decode(text)).collect();
        let granted = v1::Certificate {
            certificate: STANDARD.decode(&stored.certificate).ok()?,
            authorities: authorities.ok()?,
            device: stored.device,
            viewer: stored.viewer,
            installation: stored.installation,
        };
        Identity::new(key.clone(), &granted).ok()
    }
}
