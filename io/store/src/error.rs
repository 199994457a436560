//! What can go wrong in the store.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
pub enum Error {
    /// Another server has the folder.
    #[error("The data folder {} is in use by another server. Stop that server or choose another folder with --data.", .0.display())]
    InUse(PathBuf),
    /// The data was written by a newer server.
    #[error("The data in {} has version {found}, but this server knows only up to version {known}. Install the newer server again.", .dir.display())]
    Newer {
        /// The data folder.
        dir: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this server knows.
        known: i64,
    },
    /// The key of the secrets is gone or is not the one that the data was written with.
    #[error("The key file {} {what}. Restore it from the backup that belongs to this data.", .path.display())]
    Key {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// No space is left on the disk.
    #[error("The disk with {} is full. Free some space and try again.", .0.display())]
    Full(PathBuf),
    /// A file could not be read or written.
    #[error("The file {} could not be used: {source}. Check its owner and its rights.", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Stored data cannot be understood.
    #[error(
        "The stored {what} is damaged. Where there are further servers, run `signboard rebuild`, which gets the state from them; else restore the data folder from a backup."
    )]
    Damaged {
        /// What it is.
        what: String,
    },
    /// The database refused.
    #[error("The database could not be used: {0}. Check the disk and the log.")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The writer has stopped.
    #[error("The store accepts no changes at the moment. Check the disk and the log, then restart the server.")]
    Unavailable,
    /// There is no such thing.
    #[error("There is no {what}. It may have expired; start again.")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The caller's view is not the current one.
    #[error("{what}. Ask for the current state and go on from there.")]
    Conflict {
        /// What does not match.
        what: String,
    },
}

impl Error {
    /// Whether it is about a thing that is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether the caller's view was old.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// Whether the disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether something stored cannot be understood.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }

    /// Whether trying again later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable | Self::Database(_) | Self::Full(_))
    }

    /// The error for a file operation at `path`.
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full(path.to_owned()),
            _ => Self::File { path: path.to_owned(), source },
        }
    }

    /// The error for a database without room.
    pub(crate) fn full_database() -> Self {
        Self::Full(PathBuf::from("the database"))
    }

    /// The error for stored data that cannot be understood.
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        crate::soundness::met();
        Self::Damaged { what: what.into() }
    }
}

/// SQLite's result code for a full disk.
const SQLITE_FULL: i32 = 13;
/// SQLite's result code for an index of its journal that cannot be made longer, which only a full disk prevents.
const SQLITE_IOERR_SHMSIZE: i32 = 4874;
/// SQLite's result code for a read behind the end of the file.
const SQLITE_IOERR_SHORT_READ: i32 = 522;
/// PostgreSQL's code for a full disk.
const POSTGRES_DISK_FULL: &str = "53100";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
        let full = code.is_some_and(|code| code == POSTGRES_DISK_FULL || code.parse().is_ok_and(lite_is_full));
        let damaged = || error.as_database_error().and_then(|error| error.code()?.parse().ok()).is_some_and(lite_is_damaged);
        if full {
            Self::full_database()
        } else if damaged() {
            Self::damaged("database")
        } else {
            Self::Database(Box::new(error))
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let full = error.sqlite_error().is_some_and(|error| lite_is_full(error.extended_code));
        let damaged = || error.sqlite_error().is_some_and(|error| lite_is_damaged(error.extended_code));
        if full {
            Self::full_database()
        } else if damaged() {
            Self::damaged("database")
        } else {
            Self::Database(Box::new(error))
        }
    }
}

/// SQLite's result codes for a file that contradicts itself, and for one that is no database, without what extends them (bits 8 and up); and the
/// one for a page that would lie behind the end of the file, where only a spoilt page can point to.
fn lite_is_damaged(code: i32) -> bool {
    matches!(code & 0xff, 11 | 26) || code == SQLITE_IOERR_SHORT_READ
}

fn lite_is_full(code: i32) -> bool {
    matches!(code, SQLITE_FULL | SQLITE_IOERR_SHMSIZE)
}
