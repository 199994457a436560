//! What the disk does not take: told once, played on, and put right when it takes data again.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Agent;
use crate::disk::{self, Operation};
use crate::memory::NEWEST;

/// How often a disk that took nothing is tried again.
const AGAIN: Duration = Duration::from_secs(10);
/// What is written to try it, in bytes: more than comes free by chance on a disk that is full.
const TRIAL: usize = 256 * 1024;

/// Why the disk takes nothing.
#[derive(Debug, Default)]
pub(super) struct DiskTrouble {
    /// What the viewer must remember.
    small: Option<String>,
    /// Files that were fetched, for which there may be no room while there is some for everything else.
    file: Option<String>,
    next_trial: Option<Instant>,
}

impl DiskTrouble {
    /// A sentence with the remedy; none while all is well.
    pub(super) fn text(&self) -> Option<&str> {
        self.small.as_deref().or(self.file.as_deref())
    }
}

impl Agent {
    /// The disk took something that the viewer must remember, or did not: told once. What is here plays on. That it is well again is found by
    /// [`Agent::try_disk`] alone: not every change needs a write.
    pub(super) fn note_disk(&mut self, outcome: io::Result<()>) {
        if let Err(error) = outcome
            && self.vitals.disk.small.is_none()
        {
            self.turn(|trouble| trouble.small = Some(sentence(&error)));
        }
    }

    /// The same of a file that was fetched.
    pub(super) fn note_file(&mut self, outcome: io::Result<()>) {
        match outcome {
            Ok(()) => self.turn(|trouble| trouble.file = None),
            Err(error) if self.vitals.disk.file.is_none() => self.turn(|trouble| trouble.file = Some(sentence(&error))),
            Err(_) => {}
        }
    }

    fn turn(&mut self, change: impl FnOnce(&mut DiskTrouble)) {
        let before = self.vitals.disk.text().is_some();
        change(&mut self.vitals.disk);
        match (before, self.vitals.disk.text().map(str::to_owned)) {
            (false, Some(text)) => {
                self.vitals.disk.next_trial = Some(Instant::now() + AGAIN);
                self.event("error", "disk.full", &text);
                self.tell_disk();
            }
            (true, None) => self.event("info", "disk.well", "The disk takes data again."),
            (false, None) | (true, Some(_)) => {}
        }
    }

    /// Tells the server, which may be another one than before, while there is trouble.
    pub(super) fn tell_disk(&mut self) {
        if let Some(text) = self.vitals.disk.text().map(str::to_owned) {
            let now = self.now();
            self.vitals.trouble("disk.full", &text, now);
        }
    }

    /// Looks whether the disk takes anything: at the start, and while it did not. What it missed is stored then.
    pub(super) fn try_disk(&mut self) {
        self.vitals.disk.next_trial = Some(Instant::now() + AGAIN);
        let was_in_trouble = self.vitals.disk.small.is_some();
        let stored = self.trial().and_then(|()| if was_in_trouble { self.store_again() } else { Ok(()) });
        if stored.is_ok() && was_in_trouble {
            self.plays.forgive();
            self.records.forgive();
            self.turn(|trouble| trouble.small = None);
        }
        self.note_disk(stored);
    }

    /// At every heartbeat.
    pub(super) fn look_at_disk(&mut self) {
        if let Some(kind) = self.plays.trouble().or(self.records.trouble())
            && self.vitals.disk.small.is_none()
        {
            self.note_disk(Err(kind.into()));
        }
        let is_due = self.vitals.disk.next_trial.is_none_or(|next| Instant::now() >= next);
        if self.vitals.disk.small.is_some() && is_due {
            self.try_disk();
        }
    }

    fn trial(&self) -> io::Result<()> {
        let path: PathBuf = self.setting.data.join("disk.trial");
        let disk = self.setting.disk.as_ref();
        let written = disk.perform(&Operation::Create { path: path.clone(), bytes: vec![0; TRIAL] });
        let synced = written.and_then(|()| disk.perform(&Operation::Sync(path.clone())));
        // What there was room for is not to be kept either.
        let removed = disk::remove(disk, &path);
        synced.and(removed)
    }

    /// What a power cut would have taken back.
    fn store_again(&mut self) -> io::Result<()> {
        if self.holding.slice().is_some() {
            self.memory.store_slice(NEWEST, &self.holding, &self.position)?;
        }
        if let Some(welcome) = &self.surroundings {
            self.memory.store_surroundings(welcome)?;
        }
        self.store_slice_in_force()
    }
}

fn sentence(error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space, or lower cache.quota-mib",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only: check or replace the disk",
        io::ErrorKind::PermissionDenied => "give the viewer's user the right to its folder",
        _ => "check the disk",
    };
    format!("The disk takes no data ({error}); what is here plays on; {remedy}.")
}
