//! Giving files to another server: parts of a file, as they are read, or the list of its groups.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use control::v1::{FileEnd, FilePart, FileRequest};
use domain::cell::Hash;
use store::media::Media as Files;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::line::Line;

/// Bytes of a part.
const PART: usize = 256 << 10;
/// Bytes of a part where the line is slow, so that one never takes longer than a few seconds.
const SMALLEST_PART: usize = 4 << 10;

/// What of this server's files another one is given, and how fast.
#[derive(Clone)]
pub(super) struct Giving {
    pub(super) files: Files,
    pub(super) line: Arc<Line>,
    /// Hears of files that are not what their name says.
    pub(super) spoilt: mpsc::UnboundedSender<Hash>,
}

/// The hash that a request names; none if it is none.
fn hash(request: &FileRequest) -> Option<Hash> {
    Some(Hash(request.hash.as_slice().try_into().ok()?))
}

impl Giving {
    /// Sends what is asked for, until it is whole or nobody listens. Blocks.
    pub(super) fn give(&self, request: &FileRequest, mut send: impl FnMut(FilePart) -> bool) {
        let call = request.call;
        let end = match hash(request) {
            None => FileEnd::Missing,
            Some(_) if self.is_closed(request) => FileEnd::NotNow,
            Some(hash) if request.doubtful => {
                // Nobody hears of it only while the server stops.
                let _ = self.spoilt.send(hash);
                FileEnd::Missing
            }
            Some(hash) if request.groups => self.list(hash, call, &mut send),
            Some(hash) => self.file(hash, request, &mut send),
        };
        send(FilePart { call, end: end.into(), ..FilePart::default() });
    }

    fn list(&self, hash: Hash, call: u64, send: &mut impl FnMut(FilePart) -> bool) -> FileEnd {
        let groups = match self.files.groups(hash) {
            Ok(Some(groups)) => groups,
            Ok(None) => return FileEnd::Missing,
            Err(error) => {
                tracing::warn!(%error, %hash, "a file that another server wants cannot be given");
                if let store::Error::Damaged { .. } = error {
                    let _ = self.spoilt.send(hash);
                }
                return FileEnd::Fault;
            }
        };
        let mut list = Bytes::from(groups.list());
        let first = FilePart { call, length: groups.bytes(), groups: groups.count(), ..FilePart::default() };
        let mut next = Some(first);
        while let Some(part) = next {
            let bytes = list.split_to(list.len().min(PART));
            if !send(FilePart { bytes, ..part }) {
                break;
            }
            next = (!list.is_empty()).then(|| FilePart { call, ..FilePart::default() });
        }
        FileEnd::Whole
    }

    fn file(&self, hash: Hash, request: &FileRequest, send: &mut impl FnMut(FilePart) -> bool) -> FileEnd {
        let Ok((mut file, length)) = open(self.files.path(hash), request.offset) else { return FileEnd::Missing };
        let mut left = if request.length == 0 { u64::MAX } else { request.length };
        let mut first = true;
        while first || left > 0 {
            let room = self.part().min(usize::try_from(left).unwrap_or(PART));
            let mut bytes = Vec::with_capacity(room);
            match (&mut file).take(room as u64).read_to_end(&mut bytes) {
                Ok(0) if !first => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, %hash, "a file that another server wants cannot be read");
                    let _ = self.spoilt.send(hash);
                    return FileEnd::Fault;
                }
            }
            left -= bytes.len() as u64;
            if self.is_closed(request) {
                return FileEnd::NotNow;
            }
            Handle::current().block_on(self.line.send.pass(bytes.len(), request.urgent));
            let length = if first { length } else { 0 };
            first = false;
            if !send(FilePart { call: request.call, length, bytes: Bytes::from(bytes), ..FilePart::default() }) {
                break;
            }
        }
        FileEnd::Whole
    }

    /// At this hour nothing may go that is not urgent. A thread would wait too long for another one.
    fn is_closed(&self, request: &FileRequest) -> bool {
        !request.urgent && self.line.send.rate() == Some(0)
    }

    fn part(&self) -> usize {
        let rate = self.line.send.rate().and_then(|rate| usize::try_from(rate).ok()).unwrap_or(usize::MAX);
        rate.clamp(SMALLEST_PART, PART)
    }
}

fn open(path: PathBuf, offset: u64) -> io::Result<(File, u64)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(offset))?;
    Ok((file, length))
}

/// Answers the requests of a server to which this one offers its files, each on a thread of its own, until they end.
pub(super) struct Giver {
    giving: Giving,
    out: mpsc::Sender<FilePart>,
    running: BTreeMap<u64, Arc<AtomicBool>>,
}

/// Files that one server may have under way at once.
const AT_ONCE: usize = 32;

impl Giver {
    pub(super) fn new(giving: Giving, out: mpsc::Sender<FilePart>) -> Self {
        Self { giving, out, running: BTreeMap::new() }
    }

    /// Takes a request.
    pub(super) fn asked(&mut self, request: FileRequest) {
        if request.cancel {
            if let Some(stop) = self.running.remove(&request.call) {
                stop.store(true, Ordering::Relaxed);
            }
            return;
        }
        // What has ended has let go of its flag.
        self.running.retain(|_, stop| Arc::strong_count(stop) > 1);
        if self.running.len() >= AT_ONCE {
            let refused = FilePart { call: request.call, end: FileEnd::Fault.into(), ..FilePart::default() };
            let _ = self.out.try_send(refused);
            return;
        }
        let stop = Arc::new(AtomicBool::new(false));
        self.running.insert(request.call, stop.clone());
        let (giving, out) = (self.giving.clone(), self.out.clone());
        tokio::task::spawn_blocking(move || {
            giving.give(&request, |part| !stop.load(Ordering::Relaxed) && out.blocking_send(part).is_ok());
        });
    }
}
