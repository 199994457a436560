//! Giving files to another server: parts of a file, as they are read.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use bytes::Bytes;
use control::v1::{FileEnd, FilePart, FileRequest};
use domain::cell::Hash;
use store::media::Media as Files;
use tokio::sync::mpsc;

/// Bytes of a part.
const PART: usize = 256 << 10;

/// The hash that a request names; none if it is none.
fn hash(request: &FileRequest) -> Option<Hash> {
    Some(Hash(request.hash.as_slice().try_into().ok()?))
}

/// Sends what is asked for, until it is whole or nobody listens. Blocks.
pub(super) fn give(files: &Files, request: &FileRequest, mut send: impl FnMut(FilePart) -> bool) {
    let call = request.call;
    let end = |end: FileEnd| FilePart { call, end: end.into(), ..FilePart::default() };
    let Some((mut file, length)) = hash(request).and_then(|hash| open(files.path(hash), request.offset).ok()) else {
        send(end(FileEnd::Missing));
        return;
    };
    let mut first = true;
    loop {
        let mut bytes = Vec::with_capacity(PART);
        match (&mut file).take(PART as u64).read_to_end(&mut bytes) {
            Ok(0) if !first => break,
            Ok(_) => {
                let part = FilePart { call, length: if first { length } else { 0 }, bytes: Bytes::from(bytes), end: 0 };
                first = false;
                if !send(part) {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a file that another server wants cannot be read");
                send(end(FileEnd::Fault));
                return;
            }
        }
    }
    send(end(FileEnd::Whole));
}

fn open(path: PathBuf, offset: u64) -> io::Result<(File, u64)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(offset))?;
    Ok((file, length))
}

/// Answers the requests of a server to which this one offers its files, each on a thread of its own, until they end.
pub(super) struct Giver {
    files: Files,
    out: mpsc::Sender<FilePart>,
    running: std::collections::BTreeMap<u64, std::sync::Arc<std::sync::atomic::AtomicBool>>,
}

/// Files that one server may have under way at once.
const AT_ONCE: usize = 16;

impl Giver {
    pub(super) fn new(files: Files, out: mpsc::Sender<FilePart>) -> Self {
        Self { files, out, running: std::collections::BTreeMap::new() }
    }

    /// Takes a request.
    pub(super) fn asked(&mut self, request: FileRequest) {
        use std::sync::atomic::{AtomicBool, Ordering};
        if request.cancel {
            if let Some(stop) = self.running.remove(&request.call) {
                stop.store(true, Ordering::Relaxed);
            }
            return;
        }
        // What has ended has let go of its flag.
        self.running.retain(|_, stop| std::sync::Arc::strong_count(stop) > 1);
        if self.running.len() >= AT_ONCE {
            let refused = FilePart { call: request.call, end: FileEnd::Fault.into(), ..FilePart::default() };
            let _ = self.out.try_send(refused);
            return;
        }
        let stop = std::sync::Arc::new(AtomicBool::new(false));
        self.running.insert(request.call, stop.clone());
        let (files, out) = (self.files.clone(), self.out.clone());
        tokio::task::spawn_blocking(move || {
            give(&files, &request, |part| !stop.load(Ordering::Relaxed) && out.blocking_send(part).is_ok());
        });
    }
}
