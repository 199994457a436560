//! One step of a change.

use std::path::PathBuf;

/// One step. Bytes are safe only after the file is synced, names only after their folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Adds to the end of a file that exists.
    Append {
        /// The file.
        path: PathBuf,
        /// What is added.
        bytes: Vec<u8>,
    },
    /// Writes a file anew, readable by its owner only.
    Create {
        /// The file.
        path: PathBuf,
        /// All of it.
        bytes: Vec<u8>,
    },
    /// Removes a file.
    Remove(PathBuf),
    /// Gives a file another name; what had that name is gone.
    Rename {
        /// The name that it has.
        from: PathBuf,
        /// The name that it gets.
        to: PathBuf,
    },
    /// Waits until the bytes of a file are on the disk.
    Sync(PathBuf),
    /// Waits until the names in a folder are on the disk.
    SyncFolder(PathBuf),
}
