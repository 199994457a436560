//! What a session gives out for fetching files at the web ports, where no client certificate is asked for. In memory only.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::DeviceId;
use parking_lot::Mutex;

use crate::now::random;

/// All capabilities that count, by the BLAKE3 hash of their text.
#[derive(Clone, Default)]
pub struct Capabilities(Arc<Mutex<HashMap<[u8; 32], DeviceId>>>);

/// One capability; it ends when this is dropped.
pub struct Capability {
    text: String,
    all: Capabilities,
}

impl Capabilities {
    /// A new capability for a device.
    #[must_use]
    pub fn issue(&self, device: DeviceId) -> Capability {
        let text = hex::encode(random::<24>());
        self.0.lock().insert(key(&text), device);
        Capability { text, all: self.clone() }
    }

    /// Whose capability this is; none: it does not count, or no longer.
    #[must_use]
    pub fn device(&self, text: &str) -> Option<DeviceId> {
        self.0.lock().get(&key(text)).copied()
    }
}

impl Capability {
    /// What the device sends as `Authorization: Bearer`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Drop for Capability {
    fn drop(&mut self) {
        self.all.0.lock().remove(&key(&self.text));
    }
}

/// Hashes are looked up instead of secrets, so that the time that it takes tells nothing.
fn key(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capability_ends_with_its_session() {
        let all = Capabilities::default();
        let device = DeviceId(uuid::Uuid::from_u128(1));
        let capability = all.issue(device);
        let text = capability.text().to_owned();
        assert_eq!((all.device(&text), all.device("other")), (Some(device), None));
        drop(capability);
        assert_eq!(all.device(&text), None);
    }
}
