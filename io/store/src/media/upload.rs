//! What is remembered of uploads while the server runs.

use std::collections::HashMap;
use std::fs::Metadata;
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use uuid::Uuid;

use super::hasher::Hasher;

/// Hashes of uploads as far as they have come. After a restart, they are computed from the files.
#[derive(Debug, Default)]
pub(super) struct Uploads(Mutex<HashMap<Uuid, Place>>);

/// Who has an upload.
#[derive(Debug)]
enum Place {
    /// Nobody writes to it now.
    Idle(Box<Hasher>),
    /// Somebody writes to it.
    Busy,
}

impl Uploads {
    /// Takes the upload for writing; none if somebody else writes. The inner value is none if its hashes are not known.
    pub(super) fn take(&self, id: Uuid) -> Option<Option<Box<Hasher>>> {
        let mut uploads = self.0.lock().expect("nothing panics with this lock");
        match uploads.insert(id, Place::Busy) {
            Some(Place::Busy) => None,
            Some(Place::Idle(hasher)) => Some(Some(hasher)),
            None => Some(None),
        }
    }

    /// Gives the upload back. One that was forgotten meanwhile stays forgotten.
    pub(super) fn give(&self, id: Uuid, hasher: Box<Hasher>) {
        if let Some(place) = self.0.lock().expect("nothing panics with this lock").get_mut(&id) {
            *place = Place::Idle(hasher);
        }
    }

    /// Forgets the upload.
    pub(super) fn forget(&self, id: Uuid) {
        self.0.lock().expect("nothing panics with this lock").remove(&id);
    }
}

/// When a file was last written, Unix milliseconds.
pub(super) fn modified(facts: &Metadata) -> i64 {
    let since = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_forgotten_while_somebody_wrote_leaves_nothing_behind() {
        let (uploads, id) = (Uploads::default(), Uuid::from_u128(1));
        assert!(uploads.take(id).unwrap().is_none());
        uploads.give(id, Box::default());
        assert!(uploads.take(id).unwrap().is_some() && uploads.take(id).is_none());
        uploads.forget(id);
        uploads.give(id, Box::default());
        assert!(uploads.0.lock().unwrap().is_empty());
    }
}
