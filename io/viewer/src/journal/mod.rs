//! Records on disk until the server has them: play records, events, log lines (`docs/protocols/control.md`, section 4, "Records").
//!
//! A journal is a folder of *segments*. A record is on disk, synced, before its number is used, and a numbering (*stream*) is never continued
//! after a start: so no number ever stands for two records, whatever a power cut takes away. Where the disk takes nothing, records
//! are kept in memory under a numbering of their own.

mod frame;
mod segment;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::disk::Disk;
use segment::Segment;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Records in a segment.
    pub segment: u64,
    /// Segments in a numbering.
    pub segments: u64,
    /// Records in all; the oldest numberings go first.
    pub records: u64,
    /// Bytes on disk in all.
    pub bytes: u64,
}

impl Default for Limits {
    /// 131,072 records, which is two weeks at one in ten seconds, in at most 64 MiB.
    fn default() -> Self {
        Self { segment: 256, segments: 16, records: 131_072, bytes: 64 << 20 }
    }
}

/// Records that are to be sent together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Their numbering.
    pub stream: Uuid,
    /// The number of the first one.
    pub first: u64,
    /// The records as they were given.
    pub records: Vec<Vec<u8>>,
}

/// A queue of records that outlives the program.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    limits: Limits,
    segments: VecDeque<Segment>,
    /// The numbering that new records get, and the next number in it.
    stream: Uuid,
    next: u64,
    /// The next segment's place in the order.
    place: u64,
    lost: u64,
    trouble: Option<io::ErrorKind>,
}

impl Journal {
    /// Opens the journal in `folder`, which is made if it is missing. New records get the numbering `stream`.
    ///
    /// # Errors
    /// Never for what stands in it: what cannot be read is passed over. If the folder can neither be made nor listed.
    pub fn open(folder: &Path, disk: Arc<dyn Disk>, limits: Limits, stream: Uuid) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut segments = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            match Segment::read(&path) {
                Ok(Some(segment)) => segments.push(segment),
                Ok(None) => drop(crate::disk::remove(disk.as_ref(), &path)),
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "records cannot be read; the next start tries again")
                }
            }
        }
        segments.sort_by_key(|segment| segment.place);
        let place = segments.last().map_or(1, |segment| segment.place + 1);
        let (folder, segments) = (folder.to_owned(), segments.into());
        let mut journal = Self { folder, disk, limits, segments, stream, next: 1, place, lost: 0, trouble: None };
        journal.keep_bounds();
        Ok(journal)
    }

    /// Stores records, in their order. They are on disk when this returns, or in memory if the disk takes nothing ([`Journal::trouble`]).
    pub fn append(&mut self, records: &[Vec<u8>]) {
        for chunk in records.chunks(usize::try_from(self.limits.segment).unwrap_or(usize::MAX).max(1)) {
            self.append_chunk(chunk);
        }
        self.keep_bounds();
    }

    /// The oldest records that are not acknowledged, at most `most` of them, all of one numbering. None if there are none.
    #[must_use]
    pub fn batch(&mut self, most: usize) -> Option<Batch> {
        loop {
            let segment = self.segments.front()?;
            match segment.unsent(most) {
                Ok(records) if !records.is_empty() => {
                    return Some(Batch { stream: segment.stream, first: segment.first + segment.acknowledged, records });
                }
                // It may be readable in a moment.
                Err(error) if error.kind() != io::ErrorKind::NotFound && !crate::disk::is_spoilt(&error) => return None,
                // A segment whose file was taken away or spoilt while the program ran has nothing to give any more.
                Ok(_) | Err(_) => {
                    let segment = self.segments.pop_front().expect("it was looked at");
                    self.lost += segment.left();
                    segment.discard(self.disk.as_ref());
                }
            }
        }
    }

    /// The server has the records of this numbering up to `n`.
    pub fn acknowledge(&mut self, stream: Uuid, n: u64) {
        for segment in self.segments.iter_mut().filter(|segment| segment.stream == stream) {
            segment.acknowledge(n);
        }
        let (done, kept): (Vec<_>, Vec<_>) = self.segments.drain(..).partition(|segment| segment.left() == 0);
        self.segments = kept.into();
        done.iter().for_each(|segment| segment.discard(self.disk.as_ref()));
    }

    /// Gives everything up, and begins to number anew.
    pub fn clear(&mut self) {
        self.segments.drain(..).for_each(|segment| segment.discard(self.disk.as_ref()));
        self.place += 1;
        self.begin_numbering();
    }

    /// How many records wait.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.segments.iter().map(Segment::left).sum()
    }

    /// Whether no record waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many records were given up since the start, because there were too many.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Why the disk took nothing the last time; none if it did.
    #[must_use]
    pub fn trouble(&self) -> Option<io::ErrorKind> {
        self.trouble
    }

    /// The disk takes data again, as somebody else found.
    pub fn forgive(&mut self) {
        self.trouble = None;
    }

    fn append_chunk(&mut self, records: &[Vec<u8>]) {
        let count = records.len() as u64;
        if self.next > self.limits.segment * self.limits.segments {
            self.begin_numbering();
        }
        let written = match self.open_segment(count) {
            Some(index) => self.segments[index].append(self.disk.as_ref(), records),
            None => Segment::create(self.disk.as_ref(), &self.folder, self.place, self.stream, self.next, records)
                .map(|segment| self.segments.push_back(segment)),
        };
        self.place += 1;
        self.trouble = written.as_ref().err().map(io::Error::kind);
        if written.is_err() {
            // The end of the file may be torn: nothing is added to it any more, and no number of it is used again.
            self.begin_numbering();
            self.segments.push_back(Segment::in_memory(self.place, self.stream, self.next, records));
            self.place += 1;
            self.next += count;
            self.begin_numbering();
            return;
        }
        self.next += count;
    }

    /// The last segment, if it takes `count` more records of the present numbering.
    fn open_segment(&self, count: u64) -> Option<usize> {
        let segment = self.segments.back()?;
        let fits = segment.is_on_disk() && segment.stream == self.stream && segment.count + count <= self.limits.segment;
        fits.then(|| self.segments.len() - 1)
    }

    /// Numbers that nobody can have seen begin at 1 again. The id is derived, so that it needs no random source.
    fn begin_numbering(&mut self) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.stream.as_bytes()).update(&self.place.to_le_bytes());
        let bytes: [u8; 16] = hasher.finalize().as_bytes()[..16].try_into().expect("a hash has 32 bytes");
        self.stream = uuid::Builder::from_random_bytes(bytes).into_uuid();
        self.next = 1;
    }

    /// Gives whole numberings up, the oldest first, while there is too much: so that no numbering ever has a gap.
    fn keep_bounds(&mut self) {
        loop {
            let bytes: u64 = self.segments.iter().map(|segment| segment.bytes).sum();
            if self.len() <= self.limits.records && bytes <= self.limits.bytes {
                return;
            }
            let Some(oldest) = self.segments.front().map(|segment| segment.stream) else { return };
            if oldest == self.stream {
                self.begin_numbering();
            }
            let (gone, kept): (Vec<_>, Vec<_>) = self.segments.drain(..).partition(|segment| segment.stream == oldest);
            self.segments = kept.into();
            for segment in gone {
                self.lost += segment.left();
                segment.discard(self.disk.as_ref());
            }
        }
    }
}
