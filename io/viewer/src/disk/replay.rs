//! Disks for tests: one that remembers its steps, so that a power cut after any of them can be played, and one that is full.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::{Disk, Local, Operation};

/// Carries out and remembers; refuses to write while it is full.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    steps: Mutex<Vec<Operation>>,
    full: AtomicBool,
}

impl Recorder {
    pub(crate) fn steps(&self) -> Vec<Operation> {
        self.steps.lock().clone()
    }

    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }
}

impl Disk for Recorder {
    fn perform(&self, operation: &Operation) -> io::Result<()> {
        let grows = matches!(operation, Operation::Append { .. } | Operation::Create { .. });
        if grows && self.full.load(Ordering::Relaxed) {
            // A name has room where bytes have none.
            if let Operation::Create { path, .. } = operation {
                std::fs::write(path, "")?;
            }
            return Err(io::ErrorKind::StorageFull.into());
        }
        Local.perform(operation)?;
        self.steps.lock().push(operation.clone());
        Ok(())
    }
}

/// What may stand on the disk after a power cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unsynced {
    /// Everything that was not synced is there all the same.
    Kept,
    /// Bytes that were not synced are gone.
    Lost,
    /// Half of the bytes that were not synced are there.
    Torn,
}

/// Plays the first `count` steps, made under `from`, into the empty folder `to`. Names are kept as they were given: journalling file systems
/// keep their order, so the cases that differ are those of the bytes.
pub(crate) fn replay(steps: &[Operation], count: usize, unsynced: Unsynced, from: &Path, to: &Path) {
    let mut files: BTreeMap<PathBuf, (Vec<u8>, usize)> = BTreeMap::new();
    for step in &steps[..count] {
        match step {
            Operation::Append { path, bytes } => files.get_mut(path).expect("created before").0.extend(bytes),
            Operation::Create { path, bytes } => drop(files.insert(path.clone(), (bytes.clone(), 0))),
            Operation::Remove(path) => drop(files.remove(path)),
            Operation::Rename { from, to } => {
                let file = files.remove(from).expect("created before");
                files.insert(to.clone(), file);
            }
            Operation::Sync(path) => {
                let file = files.get_mut(path).expect("created before");
                file.1 = file.0.len();
            }
            Operation::SyncFolder(_) => {}
        }
    }
    for (path, (bytes, synced)) in files {
        let kept = match unsynced {
            Unsynced::Kept => bytes.len(),
            Unsynced::Lost => synced,
            Unsynced::Torn => synced + (bytes.len() - synced) / 2,
        };
        let path = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &bytes[..kept]).unwrap();
    }
}
