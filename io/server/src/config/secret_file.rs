//! Reading a file that only its owner should be able to read.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Why a secret could not be taken from a file.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// Everyone on the machine may read it.
    #[error("{} can be read by everyone on this machine (mode {mode:03o}); run `chmod 600 {}`", path.display(), path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It cannot be read.
    #[error("{} cannot be read ({source})", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The content of a file that others than its owner and group must not be able to read or write. The group
/// may read, since certificate tools hand keys to services that way.
///
/// # Errors
/// [`SecretFileError`] when the file is missing, unreadable or open to others.
pub fn read_secret_file(path: &Path) -> Result<Vec<u8>, SecretFileError> {
    let unreadable = |source| SecretFileError::Unreadable { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.mode() & 0o777;
    if mode & 0o027 != 0 {
        return Err(SecretFileError::Open { path: path.to_owned(), mode });
    }
    io::read_to_string(file).map(String::into_bytes).map_err(unreadable)
}
