//! A part of a journal: records of one numbering, one after the other.

use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::frame;
use crate::disk::{self, Disk, Operation};

/// Records of one numbering.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its place in the order of segments.
    pub(super) place: u64,
    /// The numbering.
    pub(super) stream: Uuid,
    /// Number of its first record.
    pub(super) first: u64,
    /// How many records it has.
    pub(super) count: u64,
    /// How many of them the server has.
    pub(super) acknowledged: u64,
    /// Its size.
    pub(super) bytes: u64,
    keeps: Keeps,
}

#[derive(Debug)]
enum Keeps {
    File(PathBuf),
    Memory(Vec<Vec<u8>>),
}

impl Segment {
    /// Reads a segment. None if the name or the content is not ours, or nothing whole stands in it.
    ///
    /// # Errors
    /// It cannot be read at the moment.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        let Some((place, first, stream)) = name(path) else { return Ok(None) };
        let bytes = match std::fs::read(path) {
            Err(error) if disk::is_spoilt(&error) => return Ok(None),
            bytes => bytes?,
        };
        let count = frame::read(&bytes).len() as u64;
        let keeps = Keeps::File(path.to_owned());
        Ok((count > 0).then_some(Self { place, stream, first, count, acknowledged: 0, bytes: bytes.len() as u64, keeps }))
    }

    /// A new file with these records, synced with its name.
    pub(super) fn create(
        disk: &dyn Disk,
        folder: &Path,
        place: u64,
        stream: Uuid,
        first: u64,
        records: &[Vec<u8>],
    ) -> io::Result<Self> {
        let path = folder.join(format!("{place:012}-{first:06}-{}.records", stream.simple()));
        let bytes = frame::write(records);
        let length = bytes.len() as u64;
        let steps = [
            Operation::Create { path: path.clone(), bytes },
            Operation::Sync(path.clone()),
            Operation::SyncFolder(folder.to_owned()),
        ];
        if let Err(error) = steps.iter().try_for_each(|step| disk.perform(step)) {
            // On a disk that is full for weeks, names alone would become too many.
            let _ = disk::remove(disk, &path);
            return Err(error);
        }
        let count = records.len() as u64;
        Ok(Self { place, stream, first, count, acknowledged: 0, bytes: length, keeps: Keeps::File(path) })
    }

    /// Records that the disk would not take.
    pub(super) fn in_memory(place: u64, stream: Uuid, first: u64, records: &[Vec<u8>]) -> Self {
        let bytes = records.iter().map(|record| record.len() as u64).sum();
        let keeps = Keeps::Memory(records.to_vec());
        Self { place, stream, first, count: records.len() as u64, acknowledged: 0, bytes, keeps }
    }

    pub(super) fn is_on_disk(&self) -> bool {
        matches!(self.keeps, Keeps::File(_))
    }

    /// Adds records, synced.
    pub(super) fn append(&mut self, disk: &dyn Disk, records: &[Vec<u8>]) -> io::Result<()> {
        match &mut self.keeps {
            Keeps::File(path) => {
                let bytes = frame::write(records);
                let length = bytes.len() as u64;
                disk.perform(&Operation::Append { path: path.clone(), bytes })?;
                disk.perform(&Operation::Sync(path.clone()))?;
                self.bytes += length;
            }
            Keeps::Memory(kept) => kept.extend_from_slice(records),
        }
        self.count += records.len() as u64;
        Ok(())
    }

    /// Records that the server does not have, at most `most`.
    pub(super) fn unsent(&self, most: usize) -> io::Result<Vec<Vec<u8>>> {
        let skip = usize::try_from(self.acknowledged).unwrap_or(usize::MAX);
        // What lies behind the counted records was never numbered by this program.
        let counted = usize::try_from(self.count).unwrap_or(usize::MAX);
        match &self.keeps {
            Keeps::File(path) => {
                let bytes = std::fs::read(path)?;
                Ok(frame::read(&bytes).into_iter().take(counted).skip(skip).take(most).map(<[u8]>::to_vec).collect())
            }
            Keeps::Memory(kept) => Ok(kept.iter().skip(skip).take(most).cloned().collect()),
        }
    }

    /// How many records the server does not have.
    pub(super) fn left(&self) -> u64 {
        self.count - self.acknowledged
    }

    pub(super) fn acknowledge(&mut self, n: u64) {
        let has = n.saturating_add(1).saturating_sub(self.first).min(self.count);
        self.acknowledged = self.acknowledged.max(has);
    }

    /// Removes its file. One that stays is sent again after the next start, which does no harm.
    pub(super) fn discard(&self, disk: &dyn Disk) {
        if let Keeps::File(path) = &self.keeps {
            let _ = disk::remove(disk, path);
        }
    }
}

/// Place, first number and numbering out of a segment's name.
fn name(path: &Path) -> Option<(u64, u64, Uuid)> {
    let name = path.file_name()?.to_str()?.strip_suffix(".records")?;
    let mut words = name.splitn(3, '-');
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, Uuid::try_parse(words.next()?).ok()?))
}
