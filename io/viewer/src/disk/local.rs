//! The disk of this machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use super::{Disk, Operation};

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Disk for Local {
    fn perform(&self, operation: &Operation) -> io::Result<()> {
        match operation {
            Operation::Append { path, bytes } => OpenOptions::new().append(true).open(path)?.write_all(bytes),
            Operation::Create { path, bytes } => {
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?.write_all(bytes)
            }
            Operation::Remove(path) => fs::remove_file(path),
            Operation::Rename { from, to } => fs::rename(from, to),
            Operation::Sync(path) => File::open(path)?.sync_data(),
            Operation::SyncFolder(path) => File::open(path)?.sync_all(),
        }
    }
}
