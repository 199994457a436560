//! What a viewer remembers besides files: the rows of its slice, what its server said about its surroundings, and where servers are.

mod places;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use control::slice::Holding;
use control::v1;
use parking_lot::Mutex;
use prost::Message as _;
use uuid::Uuid;

use crate::disk::{self, Disk};
pub use places::Places;

/// The newest slice that the server sent.
pub const NEWEST: &str = "newest.slice";
/// The slice whose plan was in force last: it plays while something of the newest is missing.
pub const IN_FORCE: &str = "in-force.slice";
const SURROUNDINGS: &str = "surroundings";
const EPOCH: &str = "epoch";

/// The memory on disk.
#[derive(Clone, Debug)]
pub struct Memory {
    data: PathBuf,
    disk: Arc<dyn Disk>,
    /// The number of the last session; none before it was read.
    epoch: Arc<Mutex<Option<u64>>>,
}

impl Memory {
    /// The memory in this folder.
    #[must_use]
    pub fn of(data: &Path, disk: Arc<dyn Disk>) -> Self {
        Self { data: data.to_owned(), disk, epoch: Arc::default() }
    }

    /// Reads a slice. One that is missing or does not have the id that was stored with it is empty: the server sends it anew.
    #[must_use]
    pub fn slice(&self, name: &str) -> Holding {
        self.stored(name).unwrap_or_default().0
    }

    /// What the server knew that gave the newest slice; nothing where there is no slice.
    #[must_use]
    pub fn position(&self) -> Vec<v1::Known> {
        self.stored(NEWEST).unwrap_or_default().1
    }

    fn stored(&self, name: &str) -> Option<(Holding, Vec<v1::Known>)> {
        let stored = v1::SliceDelta::decode(std::fs::read(self.data.join(name)).ok()?.as_slice()).ok()?;
        let rows: Option<Vec<_>> =
            stored.put.into_iter().map(|row| Some((row.kind, Uuid::from_slice(&row.id).ok()?, row.json))).collect();
        let holding = Holding::of(rows?);
        (holding.slice().map(|id| id.to_vec()) == Some(stored.slice)).then_some((holding, stored.position))
    }

    /// Stores a slice, and what the server knew that gave it; it is on disk when this returns.
    ///
    /// # Errors
    /// What the system says; the old one still stands then.
    pub fn store_slice(&self, name: &str, holding: &Holding, position: &[v1::Known]) -> io::Result<()> {
        let slice = holding.slice().map(|id| id.to_vec()).unwrap_or_default();
        let put = holding.iter().map(control::slice::row::SliceRow::message).collect();
        let stored = v1::SliceDelta { slice, put, position: position.to_vec(), ..v1::SliceDelta::default() };
        disk::replace(self.disk.as_ref(), &self.data.join(name), &stored.encode_to_vec())
    }

    /// What the server said about the viewer's surroundings; none before the first session.
    #[must_use]
    pub fn surroundings(&self) -> Option<v1::Welcome> {
        v1::Welcome::decode(std::fs::read(self.data.join(SURROUNDINGS)).ok()?.as_slice()).ok()
    }

    /// Stores them without what ends with the session, if they differ from what is stored.
    ///
    /// # Errors
    /// What the system says.
    pub fn store_surroundings(&self, welcome: &v1::Welcome) -> io::Result<()> {
        let lasting =
            v1::Welcome { media_capability: String::new(), server_time: 0, server: String::new(), epoch: 0, ..welcome.clone() };
        if self.surroundings().as_ref() == Some(&lasting) {
            return Ok(());
        }
        disk::replace(self.disk.as_ref(), &self.data.join(SURROUNDINGS), &lasting.encode_to_vec())
    }

    /// Where servers are.
    #[must_use]
    pub fn places(&self) -> Places {
        Places::read(&self.data)
    }

    /// Stores where servers are, if it differs from what is stored.
    ///
    /// # Errors
    /// What the system says.
    pub fn store_places(&self, places: &Places) -> io::Result<()> {
        if self.places() == *places { Ok(()) } else { places.store(&self.data, self.disk.as_ref()) }
    }

    /// The number of the next session: higher than that of any before, and at least the time (Unix seconds), so that it goes on where the count was lost. A
    /// disk that takes nothing does not stop it.
    #[must_use]
    pub fn raise_epoch(&self, now_s: u64) -> u64 {
        let mut last = self.epoch.lock();
        let read = || std::fs::read_to_string(self.data.join(EPOCH)).ok()?.trim().parse().ok();
        let known: u64 = last.or_else(read).unwrap_or(0);
        let next = now_s.max(known.saturating_add(1));
        *last = Some(next);
        let _ = disk::replace(self.disk.as_ref(), &self.data.join(EPOCH), next.to_string().as_bytes());
        next
    }

    /// Servers know of a session with this number.
    pub fn note_epoch(&self, epoch: u64) {
        if self.epoch.lock().is_some_and(|last| last < epoch) {
            let _ = self.raise_epoch(epoch);
        }
    }

    /// Forgets everything that an installation said.
    ///
    /// # Errors
    /// What the system says; some of it may be gone then.
    pub fn forget(&self) -> io::Result<()> {
        [NEWEST, IN_FORCE, SURROUNDINGS, places::FILE]
            .iter()
            .try_for_each(|name| disk::remove(self.disk.as_ref(), &self.data.join(name)))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use net::control::{Address, Way};

    use super::*;
    use crate::disk::Local;

    fn holding(rows: u128) -> Holding {
        Holding::of((0..rows).map(|n| ("media".to_owned(), Uuid::from_u128(n), Bytes::from(format!("{{\"n\":{n}}}")))))
    }

    #[test]
    fn slices_come_back_and_spoilt_ones_do_not() {
        let data = tempfile::tempdir().unwrap();
        let memory = Memory::of(data.path(), Arc::new(Local));
        assert_eq!(memory.slice(NEWEST).slice(), None);
        let known = [v1::Known { server: vec![7; 16], incarnation: 1, seq: 9 }];
        memory.store_slice(NEWEST, &holding(3), &known).unwrap();
        assert_eq!(memory.slice(NEWEST).slice(), holding(3).slice());
        assert_eq!((memory.slice(IN_FORCE).slice(), memory.position()), (None, known.to_vec()));
        let path = data.path().join(NEWEST);
        let whole = std::fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut spoilt = whole.clone();
            spoilt[place] ^= 0x10;
            std::fs::write(&path, &spoilt).unwrap();
            let read = memory.slice(NEWEST).slice();
            assert!(read.is_none() || read == holding(3).slice(), "a spoilt byte at {place} passes");
        }
    }

    #[test]
    fn places_and_surroundings_outlive_the_program_until_they_are_forgotten() {
        let data = tempfile::tempdir().unwrap();
        let memory = Memory::of(data.path(), Arc::new(Local));
        let address = Address::usual("signs.example");
        let whose = [(address.clone(), "7".to_owned())].into();
        let places = Places { servers: vec![address], preferred: Some(Way::Https), whose };
        memory.store_places(&places).unwrap();
        assert_eq!(memory.places(), places);
        let welcome = v1::Welcome { name: "Foyer".into(), media_capability: "secret".into(), ..v1::Welcome::default() };
        memory.store_surroundings(&welcome).unwrap();
        let stored = memory.surroundings().unwrap();
        assert_eq!((stored.name.as_str(), stored.media_capability.as_str()), ("Foyer", ""));
        memory.forget().unwrap();
        assert_eq!((memory.places(), memory.surroundings()), (Places::default(), None));
    }

    #[test]
    fn sessions_are_numbered_upwards_whatever_the_clock_says() {
        let data = tempfile::tempdir().unwrap();
        let memory = Memory::of(data.path(), Arc::new(Local));
        assert_eq!([1_000, 1_000, 7].map(|now| memory.raise_epoch(now)), [1_000, 1_001, 1_002]);
        memory.note_epoch(1_001);
        memory.note_epoch(5_000);
        let after = Memory::of(data.path(), Arc::new(Local));
        after.forget().unwrap();
        assert_eq!([0, 9_000].map(|now| after.raise_epoch(now)), [5_001, 9_000]);
    }
}
