//! Changing files so that a power cut at any moment leaves either the old state or the new one.
//!
//! Every change goes through [`Disk::perform`], one step at a time. That is what lets tests stop between any two steps.

mod local;
mod operation;
#[cfg(test)]
pub(crate) mod replay;

use std::io;
use std::path::Path;

pub use local::Local;
pub use operation::Operation;

/// Where changes are carried out.
pub trait Disk: Send + Sync + std::fmt::Debug {
    /// Carries one step out.
    ///
    /// # Errors
    /// What the system says, such as a full or a read-only disk.
    fn perform(&self, operation: &Operation) -> io::Result<()>;
}

/// Whether an error that came from reading a file is the fault of what stands on the disk, and not of the moment, as where a program has too many files
/// open. What cannot be read for a moment is not to be thrown away.
#[must_use]
pub fn is_spoilt(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData || error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// Puts `bytes` under `path`: whoever looks finds the old file or the whole new one.
///
/// # Errors
/// What the system says; the old file still stands then.
pub fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    disk.perform(&Operation::Create { path: fresh.clone(), bytes: bytes.to_owned() })?;
    disk.perform(&Operation::Sync(fresh.clone()))?;
    adopt(disk, &fresh, path)
}

/// Moves a synced file to its place, for good.
///
/// # Errors
/// What the system says; what stood there before still stands then.
pub fn adopt(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<()> {
    disk.perform(&Operation::Rename { from: from.to_owned(), to: to.to_owned() })?;
    sync_folder(disk, to)
}

/// Removes a file for good. One that is not there is no error.
///
/// # Errors
/// What the system says.
pub fn remove(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.perform(&Operation::Remove(path.to_owned())) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder(disk, path),
    }
}

fn sync_folder(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    disk.perform(&Operation::SyncFolder(folder.to_owned()))
}
