//! Which commands were carried out, so that none is carried out twice.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use control::v1;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::disk::{self, Disk};

const FILE: &str = "commands.json";
/// How many are remembered.
const KEPT: usize = 1_000;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Stable code of the failure; empty = it was carried out.
    pub code: String,
    /// What is to say about it.
    pub text: String,
}

impl Outcome {
    /// It was carried out.
    #[must_use]
    pub fn done(text: impl Into<String>) -> Self {
        Self { code: String::new(), text: text.into() }
    }

    /// It was not.
    #[must_use]
    pub fn failed(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into() }
    }

    /// The last report.
    #[must_use]
    pub fn report(&self, id: Uuid) -> v1::CommandReport {
        let (state, progress) = if self.code.is_empty() { (v1::CommandState::Done, 100) } else { (v1::CommandState::Failed, 0) };
        v1::CommandReport {
            id: id.as_bytes().to_vec(),
            state: state.into(),
            progress,
            text: self.text.clone(),
            code: self.code.clone(),
        }
    }
}

/// What is known of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It ended.
    Ended(Outcome),
    /// It was begun, by this program or by one before it.
    Begun,
    /// Nothing.
    New,
}

/// The commands of the past, on disk.
#[derive(Debug)]
pub struct Done {
    path: PathBuf,
    disk: Arc<dyn Disk>,
    entries: VecDeque<Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    id: Uuid,
    outcome: Option<Outcome>,
}

impl Done {
    /// Reads them; nothing where the file is missing or spoilt.
    #[must_use]
    pub fn open(data: &Path, disk: Arc<dyn Disk>) -> Self {
        let path = data.join(FILE);
        let entries = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { path, disk, entries }
    }

    /// What is known of a command.
    #[must_use]
    pub fn look(&self, id: Uuid) -> Known {
        match self.entries.iter().find(|entry| entry.id == id) {
            Some(Entry { outcome: Some(outcome), .. }) => Known::Ended(outcome.clone()),
            Some(_) => Known::Begun,
            None => Known::New,
        }
    }

    /// It begins. Call before its effect.
    pub fn begin(&mut self, id: Uuid) {
        self.entries.push_back(Entry { id, outcome: None });
        while self.entries.len() > KEPT {
            self.entries.pop_front();
        }
        self.store();
    }

    /// It ended. Call before it is reported, and for restarts before their effect.
    pub fn end(&mut self, id: Uuid, outcome: Outcome) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.outcome = Some(outcome);
        }
        self.store();
    }

    fn store(&self) {
        let bytes = serde_json::to_vec(&self.entries).expect("text and ids are always JSON");
        if let Err(error) = disk::replace(self.disk.as_ref(), &self.path, &bytes) {
            tracing::warn!(%error, "a command cannot be remembered; after a restart it may be carried out again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Local;

    #[test]
    fn commands_are_remembered_over_a_start_and_not_without_end() {
        let data = tempfile::tempdir().unwrap();
        let open = || Done::open(data.path(), Arc::new(Local));
        let mut done = open();
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(done.look(one), Known::New);
        done.begin(one);
        done.begin(two);
        done.end(two, Outcome::failed("not_allowed", "no"));
        let mut done = open();
        assert_eq!(done.look(one), Known::Begun);
        assert_eq!(done.look(two), Known::Ended(Outcome::failed("not_allowed", "no")));
        (10..10 + KEPT as u128).for_each(|n| done.begin(Uuid::from_u128(n)));
        assert_eq!(done.look(two), Known::New);
        assert_eq!(done.look(Uuid::from_u128(10)), Known::Begun);
        std::fs::write(data.path().join(FILE), b"[").unwrap();
        assert_eq!(open().look(one), Known::New);
    }
}
