//! The data folder: its parts, and the lock that keeps a second server out.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::error::Error;

/// The database in it.
pub(crate) const DATABASE: &str = "signboard.db";

/// A data folder that belongs to this process as long as the value lives.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Held for its lock, which the system releases even when the process is killed.
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be and locks it.
    pub(crate) fn lock(root: &Path) -> Result<Self, Error> {
        make(root)?;
        let path = root.join("lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| Error::file(&path, error))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::InUse(root.to_owned())),
            Err(error) => Err(Error::file(&path, error.into())),
        }
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.root.join(DATABASE)
    }

    /// The key of the secrets.
    pub(crate) fn key(&self) -> PathBuf {
        self.root.join("secret.key")
    }

    /// Copies made before migrations.
    pub(crate) fn backup(&self) -> PathBuf {
        self.root.join("backup")
    }
}

/// Makes a folder that only its owner may enter, with everything above it.
pub(crate) fn make(path: &Path) -> Result<(), Error> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| Error::file(path, error))
}

/// Makes the entries of a folder durable.
pub(crate) fn sync(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| Error::file(path, error))
}
