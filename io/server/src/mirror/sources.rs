//! The servers that can be asked for files.

use std::collections::BTreeMap;

use net::control::Media;
use parking_lot::Mutex;
use tokio::sync::watch;
use uuid::Uuid;

/// The servers that can be asked for files now.
pub struct Sources {
    open: Mutex<BTreeMap<Uuid, Media>>,
    changed: watch::Sender<u64>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { open: Mutex::default(), changed: watch::Sender::new(0) }
    }
}

impl Sources {
    /// The files of this server can be asked for from now on, this way.
    pub fn offer(&self, server: Uuid, media: Media) {
        self.open.lock().insert(server, media);
        self.changed.send_modify(|n| *n += 1);
    }

    /// The server is gone.
    pub fn withdraw(&self, server: Uuid) {
        self.open.lock().remove(&server);
        self.changed.send_modify(|n| *n += 1);
    }

    /// Follows who comes and goes.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// All of them, beginning at the `n`-th, so that several share the work.
    pub(super) fn from(&self, n: usize) -> Vec<(Uuid, Media)> {
        let mut all: Vec<_> = self.open.lock().iter().map(|(server, media)| (*server, media.clone())).collect();
        if !all.is_empty() {
            let first = n % all.len();
            all.rotate_left(first);
        }
        all
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.lock().is_empty()
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.open.lock().keys()).finish()
    }
}
