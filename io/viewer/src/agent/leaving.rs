//! Leaving an installation: nothing of it stays, whenever the power is cut.

use std::io;

use parking_lot::Mutex;

use crate::album::Album;
use crate::cache::Cache;
use crate::identity::Passport;
use crate::journal::Journal;
use crate::memory::Memory;

/// Removes what an installation left behind after its key was thrown away. What was recorded is none of another installation's business.
///
/// # Errors
/// What the system says; the next start tries again then.
pub(super) fn leave(
    passport: &Mutex<Passport>,
    memory: &Memory,
    cache: &Cache,
    album: &Album,
    journals: [&mut Journal; 2],
) -> io::Result<()> {
    let forgotten = memory.forget();
    cache.clear();
    album.clear();
    journals.into_iter().for_each(Journal::clear);
    forgotten?;
    passport.lock().left();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use bytes::Bytes;
    use control::slice::Holding;
    use control::v1;
    use net::control::Address;
    use uuid::Uuid;

    use super::*;
    use crate::disk::replay::{Recorder, Unsynced, replay};
    use crate::disk::{Disk, Local};
    use crate::identity::tests::granted;
    use crate::journal::Limits;
    use crate::memory::{IN_FORCE, NEWEST, Places};

    /// What a viewer has on disk.
    struct Things {
        passport: Mutex<Passport>,
        memory: Memory,
        cache: Cache,
        album: Album,
        plays: Journal,
        records: Journal,
    }

    impl Things {
        fn open(data: &Path, disk: &Arc<dyn Disk>) -> Self {
            let journal = |name| Journal::open(&data.join(name), disk.clone(), Limits::default(), Uuid::from_u128(1)).unwrap();
            Self {
                passport: Mutex::new(Passport::open(data, disk.clone())),
                memory: Memory::of(data, disk.clone()),
                cache: Cache::open(&data.join("cache"), disk.clone()).unwrap(),
                album: Album::open(&data.join("pictures"), disk.clone()),
                plays: journal("plays"),
                records: journal("records"),
            }
        }

        fn leave(&mut self) {
            leave(&self.passport, &self.memory, &self.cache, &self.album, [&mut self.plays, &mut self.records]).unwrap();
        }

        /// Which of them are here.
        fn here(&self) -> [bool; 8] {
            [
                self.memory.slice(NEWEST).slice().is_some(),
                self.memory.slice(IN_FORCE).slice().is_some(),
                self.memory.surroundings().is_some(),
                self.memory.places() != Places::default(),
                self.cache.count() > 0,
                !self.album.list().is_empty(),
                !self.plays.is_empty(),
                !self.records.is_empty(),
            ]
        }
    }

    #[test]
    fn a_power_cut_between_any_two_steps_leaves_everything_or_nothing() {
        let data = tempfile::tempdir().unwrap();
        let recorder = Arc::new(Recorder::default());
        let mut things = Things::open(data.path(), &(recorder.clone() as Arc<dyn Disk>));
        let key = things.passport.lock().key().clone();
        things.passport.lock().grant(granted(&key)).unwrap();
        let rows = Holding::of([("media".to_owned(), Uuid::nil(), Bytes::from_static(b"{}"))]);
        [NEWEST, IN_FORCE].iter().for_each(|name| things.memory.store_slice(name, &rows, &[]).unwrap());
        things.memory.store_surroundings(&v1::Welcome { name: "Foyer".into(), ..v1::Welcome::default() }).unwrap();
        things
            .memory
            .store_places(&Places { servers: vec![Address::usual("signs.example")], preferred: None, ..Places::default() })
            .unwrap();
        things.cache.put(b"a picture").unwrap();
        things.album.keep(1, b"what stood there");
        things.plays.append(&[b"a play".to_vec()]);
        things.records.append(&[b"an event".to_vec()]);
        assert_eq!(things.here(), [true; 8]);

        let begin = recorder.steps().len();
        things.passport.lock().renew_key();
        things.leave();
        let steps = recorder.steps();
        let mut places = Vec::new();
        for count in begin..=steps.len() {
            for unsynced in [Unsynced::Kept, Unsynced::Lost, Unsynced::Torn] {
                let after = tempfile::tempdir().unwrap();
                replay(&steps, count, unsynced, data.path(), after.path());
                let mut things = Things::open(after.path(), &(Arc::new(Local) as Arc<dyn Disk>));
                if things.passport.lock().is_leaving() {
                    things.leave();
                }
                let has_place = things.passport.lock().identity().is_some();
                let has_key = things.passport.lock().key().fingerprint() == key.fingerprint();
                assert_eq!((things.here(), has_key), ([has_place; 8], has_place), "after {count} steps, {unsynced:?}");
                assert!(!Passport::open(after.path(), Arc::new(Local)).is_leaving(), "once is enough");
                places.push(has_place);
            }
        }
        assert!(places[0] && !places[places.len() - 1]);
    }
}
