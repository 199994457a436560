//! Media: files named by the BLAKE3 hash of their content, never overwritten.
//!
//! A file gets its name only after its content is on disk, and its name is on disk before anybody hears of it, so that a reference
//! to a hash never leads to a missing or short file.

mod arriving;
mod checking;
mod groups;
mod hasher;
mod note;
mod partial;
mod upload;
mod writing;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::cell::Hash;
use uuid::Uuid;

use crate::error::Error;
use crate::folder;
use hasher::Hasher;
use upload::Uploads;

pub use arriving::Arriving;
pub use checking::Checking;
pub use partial::Partial;
pub use writing::PartialWriter;

/// A file that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// BLAKE3 of the content: its name.
    pub hash: Hash,
    /// SHA-256 of the content, for browsers and update clients.
    pub sha256: Hash,
    /// Length in bytes.
    pub size: u64,
}

/// A file found in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub hash: Hash,
    /// Length in bytes.
    pub size: u64,
    /// When it was stored, Unix milliseconds.
    pub stored: i64,
}

/// All media files of a data folder.
#[derive(Clone, Debug)]
pub struct Media(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: PathBuf,
    parts: PathBuf,
    /// Files that were found spoilt; made when there is one.
    quarantine: PathBuf,
    uploads: Uploads,
}

impl Media {
    pub(crate) fn open(root: &Path) -> Result<Self, Error> {
        let inner = Inner {
            files: root.join("media"),
            parts: root.join("tmp"),
            quarantine: root.join("quarantine"),
            uploads: Uploads::default(),
        };
        folder::make(&inner.files)?;
        folder::make(&inner.parts)?;
        folder::sync(root)?;
        Ok(Self(Arc::new(inner)))
    }

    /// Where the file of a hash lies, whether it is there or not.
    #[must_use]
    pub fn path(&self, hash: Hash) -> PathBuf {
        let name = hash.to_string();
        self.0.files.join(&name[..2]).join(&name[2..4]).join(name)
    }

    /// Length of a file in bytes; none if it is not there.
    #[must_use]
    pub fn size(&self, hash: Hash) -> Option<u64> {
        fs::metadata(self.path(hash)).ok().map(|facts| facts.len())
    }

    /// Stores bytes. Returns after they are on disk.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::File`]; nothing is stored then.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<Stored, Error> {
        self.blocking(move |media| {
            let path = media.0.parts.join(format!("{}.put", Uuid::new_v4()));
            let mut hasher = Hasher::default();
            hasher.update(&bytes);
            let (stored, groups) = hasher.finish();
            let kept = File::create_new(&path)
                .and_then(|mut file| file.write_all(&bytes).map(|()| file))
                .map_err(|error| Error::file(&path, error))
                .and_then(|file| media.keep(&file, &path, stored));
            if kept.is_err() {
                // What cannot be removed now is removed when uploads expire.
                let _ = fs::remove_file(&path);
            } else {
                media.keep_groups(&groups);
            }
            kept
        })
        .await
    }

    /// Takes a file into the store by its path, moving it; it must lie on the same file system.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::File`].
    pub async fn take(&self, path: PathBuf) -> Result<Stored, Error> {
        self.blocking(move |media| {
            let mut file = File::open(&path).map_err(|error| Error::file(&path, error))?;
            let mut hasher = Hasher::default();
            io::copy(&mut file, &mut hasher).map_err(|error| Error::file(&path, error))?;
            let (stored, groups) = hasher.finish();
            media.keep(&file, &path, stored)?;
            media.keep_groups(&groups);
            Ok(stored)
        })
        .await
    }

    /// Removes a file that was last stored before `before`, Unix milliseconds. Nothing may refer to it any more. One that was stored anew
    /// meanwhile stays, since its record may be about to be made.
    ///
    /// # Errors
    /// [`Error::File`]; a file that is not there is no error.
    pub async fn remove(&self, hash: Hash, before: i64) -> Result<(), Error> {
        self.blocking(move |media| {
            let path = media.path(hash);
            if listed(&path).is_some_and(|file| file.stored >= before) {
                return Ok(());
            }
            // A list without its file is nothing.
            let _ = fs::remove_file(media.list_of(hash));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(&path, error)),
                _ => Ok(()),
            }
        })
        .await
    }

    /// All files, in the order of their names: what is to be collected is what nothing refers to.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn list(&self) -> Result<Vec<Listed>, Error> {
        self.blocking(|media| {
            let mut files = Vec::new();
            for first in entries(&media.0.files)? {
                for second in entries(&first)? {
                    files.extend(entries(&second)?.iter().filter_map(|path| listed(path)));
                }
            }
            files.sort_unstable_by_key(|file: &Listed| file.hash);
            Ok(files)
        })
        .await
    }

    /// Gives a written file its name. The file is synced before, the folders after; also if the name is there already, because an
    /// earlier attempt may have ended before its folders were synced.
    fn keep(&self, file: &File, from: &Path, stored: Stored) -> Result<Stored, Error> {
        let to = self.path(stored.hash);
        let inner = to.parent().expect("a name has two folders");
        folder::make(inner)?;
        file.sync_all().map_err(|error| Error::file(from, error))?;
        fs::rename(from, &to).map_err(|error| Error::file(&to, error))?;
        for folder in inner.ancestors().take(3) {
            folder::sync(folder)?;
        }
        Ok(stored)
    }

    /// Runs file operations where they do not hold up other work.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let media = self.clone();
        tokio::task::spawn_blocking(move || work(&media)).await.unwrap_or(Err(Error::Unavailable))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>();
    read().map_err(|error| Error::file(folder, error))
}

fn listed(path: &Path) -> Option<Listed> {
    let hash = path.file_name()?.to_str()?.parse().ok()?;
    let facts = fs::metadata(path).ok()?;
    Some(Listed { hash, size: facts.len(), stored: upload::modified(&facts) })
}
