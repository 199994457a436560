//! Opening and reading files without making other requests wait for the disk.
//!
//! What the kernel has in memory is read at once. Only where it would have to wait for the disk, a thread for
//! blocking work is used: handing work to another thread costs more than reading 64 KiB.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Advice, CWD, Mode, OFlags, ResolveFlags, fadvise, openat2};
use rustix::io::{Errno, ReadWriteFlags, preadv2};

/// How far ahead the disk is asked to read once a block had to be waited for.
const AHEAD: NonZeroU64 = NonZeroU64::new(4 << 20).expect("not zero");

/// Opens a file for reading; gives its length in bytes with it.
pub(super) async fn open(path: &Path) -> io::Result<(Arc<File>, u64)> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Err(Errno::NOENT.into()),
        Err(_) => {
            let path = path.to_owned();
            blocking(move || File::open(path)).await?
        }
    };
    let length = file.metadata()?.len();
    Ok((Arc::new(file), length))
}

/// Fills the buffer from memory; `None` where the kernel would have to ask the disk, or cannot tell.
pub(super) fn read_cached(file: &File, offset: u64, buffer: &mut [u8]) -> Option<usize> {
    match preadv2(file, &mut [IoSliceMut::new(buffer)], offset, ReadWriteFlags::NOWAIT) {
        Ok(0) | Err(_) => None,
        Ok(count) => Some(count),
    }
}

/// Fills the buffer, waiting for the disk, and asks the kernel to have what follows in memory when its turn comes; only
/// on a thread for blocking work.
///
/// # Errors
/// [`io::ErrorKind::UnexpectedEof`] when the file is shorter than it was when it was opened.
pub(super) fn read_waiting(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.read_exact_at(buffer, offset)?;
    // A file system that takes no advice is only slower.
    let _ = fadvise(file, offset + buffer.len() as u64, Some(AHEAD), Advice::WillNeed);
    Ok(buffer.len())
}

/// Runs work that may wait for the disk.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| io::Error::other("the server stops"))?
}
