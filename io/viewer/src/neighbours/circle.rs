//! The neighbours of this viewer, as the server names them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use control::v1;
use domain::cell::Hash;
use net::control::{Called, Identity};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use super::Sums;

/// The most neighbours that are taken from one message; servers name fewer.
const MOST: usize = 32;
/// For how long one that gave wrong bytes is not asked.
const DISTRUST: Duration = Duration::from_secs(3_600);
/// How long a server may take to name the neighbours.
const FIRST_WORD: Duration = Duration::from_secs(3);
/// For how long one that did not answer is not asked.
const DEAF: Duration = Duration::from_secs(60);

/// A neighbour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// SHA-256 of its public key.
    pub key: [u8; 32],
    /// Where it gives files.
    pub addresses: Vec<SocketAddr>,
}

/// The neighbours, and what is known of them.
#[derive(Debug, Default)]
pub struct Circle {
    /// Where bytes came from.
    pub sums: Sums,
    inside: RwLock<Inside>,
    avoided: Mutex<BTreeMap<[u8; 32], Instant>>,
    lines: Mutex<BTreeMap<[u8; 32], Called>>,
    /// What this viewer is fetching, or about to fetch, from its server.
    coming: RwLock<Coming>,
    liars: Mutex<Vec<IpAddr>>,
    /// Whether the server is about to name the neighbours.
    is_awaited: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Inside {
    identity: Option<Identity>,
    all: Vec<Met>,
}

#[derive(Debug, Default)]
struct Coming {
    wanted: BTreeSet<Hash>,
    fetched: BTreeSet<Hash>,
}

impl Circle {
    /// Takes the list of a server; this viewer shows `identity` to them.
    pub fn set(&self, identity: Option<Identity>, told: &v1::Neighbours) {
        let read = |neighbour: &v1::Neighbour| {
            let port = u16::try_from(neighbour.port).ok().filter(|port| *port > 0)?;
            let addresses = neighbour.addresses.iter().filter_map(|address| Some(SocketAddr::new(address.parse().ok()?, port)));
            Some(Met { key: neighbour.key.as_slice().try_into().ok()?, addresses: addresses.collect() })
        };
        let all: Vec<Met> = told.neighbours.iter().take(MOST).filter_map(read).collect();
        self.lines.lock().retain(|key, _| all.iter().any(|met| met.key == *key));
        *self.inside.write() = Inside { identity, all };
        self.is_awaited.send_replace(false);
    }

    /// The server was told that this viewer gives files, and will name its neighbours.
    pub fn await_word(&self) {
        self.is_awaited.send_replace(true);
    }

    /// Done when the server has named the neighbours, and soon if it does not.
    pub(super) async fn word(&self) {
        let mut awaited = self.is_awaited.subscribe();
        // A server that does not know of neighbours says nothing; whoever waited once does not wait again.
        if tokio::time::timeout(FIRST_WORD, awaited.wait_for(|is_awaited| !is_awaited)).await.is_err() {
            self.is_awaited.send_replace(false);
        }
    }

    /// Forgets all neighbours: outside of a session there are none.
    pub fn leave(&self) {
        *self.inside.write() = Inside::default();
        self.lines.lock().clear();
        self.is_awaited.send_replace(false);
    }

    /// Whether somebody with this key is a neighbour now.
    #[must_use]
    pub fn knows(&self, key: &[u8; 32]) -> bool {
        self.inside.read().all.iter().any(|met| met.key == *key)
    }

    /// How many neighbours there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inside.read().all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Addresses of neighbours that were found to give wrong bytes since this was called last.
    pub fn take_liars(&self) -> Vec<IpAddr> {
        std::mem::take(&mut *self.liars.lock())
    }

    /// Notes what this viewer will fetch as soon as it can.
    pub fn want(&self, wanted: BTreeSet<Hash>) {
        self.coming.write().wanted = wanted;
    }

    /// Whether this viewer is fetching a file from its server, or, the second, is about to.
    pub(super) fn is_coming(&self, hash: &Hash) -> (bool, bool) {
        let coming = self.coming.read();
        (coming.fetched.contains(hash), coming.wanted.contains(hash))
    }

    /// Notes that a file is being fetched from the server, as long as the guard lives.
    #[must_use]
    pub fn fetching(&self, hash: Hash) -> Fetching<'_> {
        self.coming.write().fetched.insert(hash);
        Fetching { circle: self, hash }
    }

    /// Neighbours that may be asked now, with the identity to show; in an order that differs from file to file and is the same for all viewers.
    pub(super) fn askable(&self, hash: &Hash, now: Instant) -> Option<(Identity, Vec<Met>)> {
        let inside = self.inside.read();
        let identity = inside.identity.clone()?;
        let mut avoided = self.avoided.lock();
        avoided.retain(|_, until| *until > now);
        let mut all: Vec<Met> = inside.all.iter().filter(|met| !avoided.contains_key(&met.key)).cloned().collect();
        all.sort_by_key(|met| turn(&met.key, hash));
        (!all.is_empty()).then_some((identity, all))
    }

    /// A line to a neighbour: the one that was kept, or a new one.
    pub(super) async fn line(&self, identity: &Identity, met: &Met, now: Instant) -> Option<Called> {
        let kept = self.lines.lock().remove(&met.key);
        if let Some(kept) = kept.filter(Called::is_ready) {
            return Some(kept);
        }
        match Called::call(identity, met.key, &met.addresses).await {
            Ok(called) => Some(called),
            Err(fault) => {
                tracing::debug!(addresses = ?met.addresses, %fault, "a neighbour is not reached");
                self.avoided.lock().insert(met.key, now + DEAF);
                None
            }
        }
    }

    /// Keeps a line for the next file.
    pub(super) fn keep(&self, met: &Met, line: Called) {
        if line.is_ready() && self.knows(&met.key) {
            self.lines.lock().insert(met.key, line);
        }
    }

    /// A neighbour gave wrong bytes: it is not asked for an hour, and people are told.
    pub(super) fn distrust(&self, met: &Met, now: Instant) {
        self.avoided.lock().insert(met.key, now + DISTRUST);
        self.liars.lock().extend(met.addresses.first().map(SocketAddr::ip));
    }
}

/// The turn of a viewer among those who want a file: the least goes to the server first.
pub(super) fn turn(key: &[u8; 32], hash: &Hash) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&hash.0).update(key);
    *hasher.finalize().as_bytes()
}

/// A file that is being fetched from the server.
#[derive(Debug)]
pub struct Fetching<'a> {
    circle: &'a Circle,
    hash: Hash,
}

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        self.circle.coming.write().fetched.remove(&self.hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(keys: &[u8]) -> v1::Neighbours {
        let neighbour = |n: &u8| v1::Neighbour { key: vec![*n; 32], port: 7238, addresses: vec![format!("192.0.2.{n}")] };
        v1::Neighbours { neighbours: keys.iter().map(neighbour).collect() }
    }

    #[test]
    fn neighbours_are_those_of_the_last_message_and_none_outside_of_a_session() {
        let circle = Circle::default();
        circle.set(None, &told(&[1, 2]));
        assert!(circle.knows(&[1; 32]) && circle.knows(&[2; 32]) && !circle.knows(&[3; 32]));
        circle.set(None, &told(&[2]));
        assert!(!circle.knows(&[1; 32]), "it was revoked");
        circle.leave();
        assert!(circle.is_empty());
    }

    #[test]
    fn what_is_no_neighbour_is_passed_over() {
        let circle = Circle::default();
        let mut odd = told(&[1, 2, 3, 4]);
        odd.neighbours[0].key.pop();
        odd.neighbours[1].port = 0;
        odd.neighbours[2].port = 70_000;
        odd.neighbours[3].addresses = vec!["nowhere".to_owned()];
        circle.set(None, &odd);
        assert_eq!((circle.len(), circle.inside.read().all[0].addresses.len()), (1, 0));
    }

    #[test]
    fn a_file_that_is_fetched_is_coming_until_it_ends() {
        let (circle, hash) = (Circle::default(), Hash([7; 32]));
        circle.want(BTreeSet::from([hash]));
        assert_eq!(circle.is_coming(&hash), (false, true));
        let fetching = circle.fetching(hash);
        assert_eq!(circle.is_coming(&hash), (true, true));
        drop(fetching);
        circle.want(BTreeSet::new());
        assert_eq!(circle.is_coming(&hash), (false, false));
    }
}
