//! The servers that can be asked for files.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use tokio::sync::watch;
use uuid::Uuid;

use super::source::Source;

/// The servers that can be asked for files now.
pub struct Sources {
    open: Mutex<BTreeMap<(Uuid, u64), Source>>,
    changed: watch::Sender<u64>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { open: Mutex::default(), changed: watch::Sender::new(0) }
    }
}

impl Sources {
    /// The files of this server can be asked for until what is returned is dropped.
    pub(super) fn offer(&self, server: Uuid, source: Source) -> Offer<'_> {
        let mut n = 0;
        self.changed.send_modify(|changes| {
            *changes += 1;
            n = *changes;
        });
        self.open.lock().insert((server, n), source);
        self.changed.send_modify(|_| {});
        Offer { sources: self, key: (server, n) }
    }

    /// Follows who comes and goes.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// All of them, beginning at the `n`-th, so that several share the work; of each server the newest way.
    pub(super) fn from(&self, n: usize) -> Vec<(Uuid, Source)> {
        let open = self.open.lock();
        let newest: BTreeMap<Uuid, Source> = open.iter().map(|((server, _), source)| (*server, source.clone())).collect();
        drop(open);
        let mut all: Vec<_> = newest.into_iter().collect();
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

/// A server that can be asked as long as this lives.
pub(super) struct Offer<'a> {
    sources: &'a Sources,
    key: (Uuid, u64),
}

impl Drop for Offer<'_> {
    fn drop(&mut self) {
        self.sources.open.lock().remove(&self.key);
        self.sources.changed.send_modify(|n| *n += 1);
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.open.lock().keys().map(|(server, _)| server)).finish()
    }
}
