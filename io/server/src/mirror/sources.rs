//! The servers that can be asked for files.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::cell::Hash;
use domain::id::ServerId;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use super::source::Source;

/// For how long nobody asks a server for a file of which it gave something else.
const SHUNNED: Duration = Duration::from_secs(600);

/// A server that can be asked, and how.
pub(super) type Asked = (ServerId, Source);

/// The servers that can be asked for files now.
pub struct Sources {
    open: Mutex<BTreeMap<(ServerId, u64), Source>>,
    shunned: Mutex<BTreeMap<(ServerId, Hash), Instant>>,
    changed: watch::Sender<u64>,
}

impl Default for Sources {
    fn default() -> Self {
        Self { open: Mutex::default(), shunned: Mutex::default(), changed: watch::Sender::new(0) }
    }
}

impl Sources {
    /// The files of this server can be asked for until what is returned is dropped.
    pub(super) fn offer(&self, server: ServerId, source: Source) -> Offer<'_> {
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

    /// All that may be asked for a file: those of equal distance together, the nearest first. Of each server the newest way.
    pub(super) fn by_distance<D: Ord>(&self, hash: Hash, distance: impl Fn(ServerId) -> D) -> Vec<Vec<Asked>> {
        self.by_distance_at(hash, distance, Instant::now())
    }

    fn by_distance_at<D: Ord>(&self, hash: Hash, distance: impl Fn(ServerId) -> D, now: Instant) -> Vec<Vec<Asked>> {
        let mut shunned = self.shunned.lock();
        shunned.retain(|_, until| *until > now);
        let open = self.open.lock();
        let newest: BTreeMap<ServerId, Source> = open.iter().map(|((server, _), source)| (*server, source.clone())).collect();
        drop(open);
        let mut rings: BTreeMap<D, Vec<Asked>> = BTreeMap::new();
        for (server, source) in newest.into_iter().filter(|(server, _)| !shunned.contains_key(&(*server, hash))) {
            rings.entry(distance(server)).or_default().push((server, source));
        }
        rings.into_values().collect()
    }

    /// This server gave what is not the file that was asked for: others are asked for a while.
    pub(super) fn shun(&self, server: ServerId, hash: Hash) {
        self.shunned.lock().insert((server, hash), Instant::now() + SHUNNED);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.lock().is_empty()
    }
}

/// A server that can be asked as long as this lives.
pub(super) struct Offer<'a> {
    sources: &'a Sources,
    key: (ServerId, u64),
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::offered::Offered;
    use super::*;

    fn server(id: u128) -> ServerId {
        ServerId(Uuid::from_u128(id))
    }

    #[test]
    fn near_ones_come_first_and_one_that_gave_something_else_is_left_alone_for_a_while() {
        let sources = Sources::default();
        let source = || Source::Called(Offered::new().0);
        let _offers: Vec<_> = [1, 2, 3, 3].map(|id| sources.offer(server(id), source())).into_iter().collect();
        let began = Instant::now();
        let rings_at = |now| -> Vec<Vec<ServerId>> {
            let rings = sources.by_distance_at(Hash([1; 32]), |id| id != server(2), now);
            rings.into_iter().map(|ring| ring.into_iter().map(|(id, _)| id).collect()).collect()
        };
        assert_eq!(rings_at(began), [vec![server(2)], vec![server(1), server(3)]]);
        sources.shun(server(2), Hash([7; 32]));
        assert_eq!(rings_at(began).len(), 2, "its other files are as good as before");
        sources.shun(server(2), Hash([1; 32]));
        assert_eq!(rings_at(began), [vec![server(1), server(3)]]);
        assert_eq!(rings_at(began + SHUNNED * 2).len(), 2, "for a while only");
    }
}
