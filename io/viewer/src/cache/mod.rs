//! Files by hash: bodies, fonts, media. What is not whole is never handed out, and what the plan in force needs is never given up.

mod entry;
mod grouped;
mod library;
mod room;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::cell::Hash;
use parking_lot::Mutex;

use crate::disk::{self, Disk};
use entry::Entry;
pub use room::{NoRoom, Quota, disk_space};

/// What a look at a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its content has another hash: it was removed.
    Corrupt,
    /// It is not here.
    Gone,
    /// It is what its name says.
    Sound,
    /// It cannot be read at the moment.
    Unreadable,
}

/// The files.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    entries: Mutex<BTreeMap<Hash, Entry>>,
    corrupt: Mutex<Vec<Hash>>,
}

impl Cache {
    /// Opens the cache in `folder`, which is made if it is missing, and lists what is there. Nothing is read yet.
    ///
    /// # Errors
    /// If the folder can neither be made nor listed.
    pub fn open(folder: &Path, disk: Arc<dyn Disk>) -> io::Result<Self> {
        fs::create_dir_all(folder.join("parts"))?;
        let mut entries = BTreeMap::new();
        for shelf in fs::read_dir(folder)? {
            let shelf = shelf?.path();
            if shelf.file_name().is_some_and(|name| name.len() != 2) {
                continue;
            }
            for file in fs::read_dir(shelf)? {
                let file = file?;
                if let Some((hash, entry)) = Entry::of(&file) {
                    entries.insert(hash, entry);
                }
            }
        }
        let (folder, entries) = (folder.to_owned(), Mutex::new(entries));
        Ok(Self { folder, disk, entries, corrupt: Mutex::default() })
    }

    /// Whether a file is here. It may still turn out to be corrupt.
    #[must_use]
    pub fn has(&self, hash: &Hash) -> bool {
        self.entries.lock().contains_key(hash)
    }

    /// The length of a file that is here.
    #[must_use]
    pub fn length(&self, hash: &Hash) -> Option<u64> {
        self.entries.lock().get(hash).map(|entry| entry.bytes)
    }

    /// Bytes of all files that are whole.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.entries.lock().values().map(|entry| entry.bytes).sum()
    }

    /// How many files are here.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.lock().len()
    }

    /// Reads all files and says how many are not what their names say; nothing is removed. Takes as long as reading them takes.
    #[must_use]
    pub fn spoilt(&self) -> usize {
        let hashes: Vec<Hash> = self.entries.lock().keys().copied().collect();
        hashes.iter().filter(|hash| !matches!(digest(&self.place(hash)), Ok(found) if found == **hash)).count()
    }

    /// Reads a small file. None if it is missing or corrupt.
    #[must_use]
    pub fn read(&self, hash: &Hash) -> Option<Vec<u8>> {
        let bytes = fs::read(self.place(hash)).ok().filter(|_| self.has(hash))?;
        if Hash::of(&bytes) == *hash {
            self.set_checked(hash);
            return Some(bytes);
        }
        self.drop_corrupt(hash);
        None
    }

    /// Where a download of this file is put together.
    #[must_use]
    pub fn part(&self, hash: &Hash) -> PathBuf {
        self.folder.join("parts").join(hash.to_string())
    }

    /// Takes a download that is whole and was checked against its hash: it is synced and moved to its place.
    ///
    /// # Errors
    /// What the system says; the file is not here then.
    pub fn adopt(&self, hash: &Hash) -> io::Result<()> {
        let part = self.part(hash);
        let place = self.place(hash);
        let bytes = fs::metadata(&part)?.len();
        if let Some(shelf) = place.parent().filter(|shelf| !shelf.exists()) {
            fs::create_dir_all(shelf)?;
            self.disk.perform(&disk::Operation::SyncFolder(self.folder.clone()))?;
        }
        self.disk.perform(&disk::Operation::Sync(part.clone()))?;
        disk::adopt(self.disk.as_ref(), &part, &place)?;
        self.entries.lock().insert(*hash, Entry::fresh(bytes));
        Ok(())
    }

    /// Stores bytes that are here already.
    ///
    /// # Errors
    /// As [`Cache::adopt`].
    pub fn put(&self, bytes: &[u8]) -> io::Result<Hash> {
        let hash = Hash::of(bytes);
        self.disk.perform(&disk::Operation::Create { path: self.part(&hash), bytes: bytes.to_owned() })?;
        self.adopt(&hash)?;
        Ok(hash)
    }

    /// Reads a file and holds it against its hash. A corrupt one is removed and remembered ([`Cache::take_corrupt`]). Takes as long as reading
    /// the file takes.
    pub fn check(&self, hash: &Hash) -> Verdict {
        if !self.has(hash) {
            return Verdict::Gone;
        }
        match digest(&self.place(hash)) {
            Ok(found) if found == *hash => {
                self.set_checked(hash);
                Verdict::Sound
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.entries.lock().remove(hash);
                Verdict::Gone
            }
            // A program with too many files open, or without memory, shall not throw away what is sound.
            Err(error) if !disk::is_spoilt(&error) => {
                tracing::warn!(%hash, %error, "a file cannot be checked");
                Verdict::Unreadable
            }
            // A disk that cannot read the file back is no better than one that gives other bytes.
            Ok(_) | Err(_) => {
                self.drop_corrupt(hash);
                Verdict::Corrupt
            }
        }
    }

    /// The file whose last check is the longest ago, if that is more than `age`. For idle time.
    #[must_use]
    pub fn stale(&self, age: Duration) -> Option<Hash> {
        let entries = self.entries.lock();
        // None, never checked, sorts before every time.
        let (hash, entry) = entries.iter().min_by_key(|(_, entry)| entry.checked)?;
        entry.checked.is_none_or(|checked| checked.elapsed() > age).then_some(*hash)
    }

    /// The files that were found corrupt since this was called last.
    pub fn take_corrupt(&self) -> Vec<Hash> {
        std::mem::take(&mut *self.corrupt.lock())
    }

    /// Notes that these files are wanted now: they are the last to be given up.
    pub fn touch(&self, hashes: &BTreeSet<Hash>, now: SystemTime) {
        let mut entries = self.entries.lock();
        for hash in hashes {
            if let Some(entry) = entries.get_mut(hash) {
                entry.used = now;
                // The file's own time keeps the order over a start; without it nothing else is lost.
                let _ = fs::File::options().append(true).open(self.place(hash)).and_then(|file| file.set_modified(now));
            }
        }
    }

    /// Removes everything.
    pub fn clear(&self) {
        let hashes: Vec<Hash> = self.entries.lock().keys().copied().collect();
        hashes.iter().for_each(|hash| self.give_up(hash));
        if let Ok(parts) = fs::read_dir(self.folder.join("parts")) {
            parts.flatten().for_each(|part| drop(fs::remove_file(part.path())));
        }
    }

    /// Removes parts of downloads that nobody wants any more.
    pub fn sweep_parts(&self, wanted: &BTreeSet<Hash>) {
        let Ok(parts) = fs::read_dir(self.folder.join("parts")) else { return };
        for part in parts.flatten() {
            let hash = part.path().file_stem().and_then(|stem| stem.to_str()?.parse::<Hash>().ok());
            if hash.is_none_or(|hash| !wanted.contains(&hash)) {
                let _ = fs::remove_file(part.path());
            }
        }
    }

    fn place(&self, hash: &Hash) -> PathBuf {
        let name = hash.to_string();
        self.folder.join(&name[..2]).join(name)
    }

    fn set_checked(&self, hash: &Hash) {
        if let Some(entry) = self.entries.lock().get_mut(hash) {
            entry.checked = Some(std::time::Instant::now());
        }
    }

    fn drop_corrupt(&self, hash: &Hash) {
        self.give_up(hash);
        self.corrupt.lock().push(*hash);
    }

    fn give_up(&self, hash: &Hash) {
        self.entries.lock().remove(hash);
        let _ = disk::remove(self.disk.as_ref(), &self.place(hash));
    }
}

fn digest(path: &Path) -> io::Result<Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(Hash(*hasher.finalize().as_bytes()))
}
