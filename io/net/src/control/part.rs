//! A file that is not whole yet.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};
use tokio::task::{JoinError, spawn_blocking};

/// The first bytes of a file under a name of its own, locked against others. What was written before is hashed anew when it is opened.
///
/// Writing may be dropped at any time: the lock lasts until the system has done what it was told, so that nobody else writes meanwhile.
#[derive(Debug)]
pub struct Part {
    file: Arc<File>,
    path: PathBuf,
    hasher: Box<blake3::Hasher>,
    length: u64,
}

impl Part {
    /// Opens or makes the file. If it is longer than `longest`, it begins anew.
    ///
    /// # Errors
    /// What the system says, here and in all that follows.
    pub async fn open(path: &Path, longest: u64) -> io::Result<Self> {
        let path = path.to_owned();
        spawn_blocking(move || open(path, longest)).await.map_err(ended)?
    }

    /// Bytes that are there.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// BLAKE3 of what is there.
    #[must_use]
    pub fn hash(&self) -> blake3::Hash {
        self.hasher.finalize()
    }

    /// Writes at the end. After a fault or a drop the part is to be opened anew.
    ///
    /// # Errors
    /// As [`Part::open`].
    pub async fn append(&mut self, bytes: bytes::Bytes) -> io::Result<()> {
        self.hasher.update(&bytes);
        self.length += bytes.len() as u64;
        let file = Arc::clone(&self.file);
        spawn_blocking(move || (&*file).write_all(&bytes)).await.map_err(ended)?
    }

    /// Throws away what was written, and begins anew.
    ///
    /// # Errors
    /// As [`Part::open`].
    pub async fn empty(&mut self) -> io::Result<()> {
        self.hasher.reset();
        self.length = 0;
        let file = Arc::clone(&self.file);
        spawn_blocking(move || restart(&file)).await.map_err(ended)?
    }

    /// Gives up what lies behind the first `length` bytes.
    ///
    /// # Errors
    /// As [`Part::open`], with the same `longest`.
    pub async fn cut(self, length: u64, longest: u64) -> io::Result<Self> {
        let Self { file, path, .. } = self;
        spawn_blocking(move || {
            file.set_len(length)?;
            // Its lock goes with it, and what is left is hashed anew.
            drop(file);
            open(path, longest)
        })
        .await
        .map_err(ended)?
    }

    /// Gives the file its name, for good: the bytes and the folders are on disk when this returns.
    ///
    /// # Errors
    /// As [`Part::open`].
    pub async fn finish(self, place: &Path) -> io::Result<()> {
        let place = place.to_owned();
        spawn_blocking(move || {
            self.file.sync_all()?;
            std::fs::rename(&self.path, &place)?;
            sync_folder(&place)?;
            sync_folder(&self.path)
        })
        .await
        .map_err(ended)?
    }

    /// Removes the file.
    ///
    /// # Errors
    /// As [`Part::open`].
    pub async fn discard(self) -> io::Result<()> {
        spawn_blocking(move || std::fs::remove_file(&self.path)).await.map_err(ended)?
    }
}

fn open(path: PathBuf, longest: u64) -> io::Result<Part> {
    let file = loop {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        // Whoever held the lock may have finished the file, which has another name now, or removed it.
        let mine = file.metadata()?;
        if std::fs::metadata(&path).is_ok_and(|there| (there.dev(), there.ino()) == (mine.dev(), mine.ino())) {
            break file;
        }
    };
    let mut hasher = Box::new(blake3::Hasher::new());
    let mut length = 0;
    let mut bytes = vec![0; 128 * 1024];
    loop {
        let read = (&file).read(&mut bytes)?;
        if read == 0 {
            break;
        }
        hasher.update(&bytes[..read]);
        length += read as u64;
        if length > longest {
            hasher.reset();
            length = 0;
            restart(&file)?;
            break;
        }
    }
    Ok(Part { file: Arc::new(file), path, hasher, length })
}

fn restart(file: &File) -> io::Result<()> {
    use std::io::Seek as _;
    file.set_len(0)?;
    let mut file = file;
    file.rewind()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn ended(fault: JoinError) -> io::Error {
    io::Error::other(fault)
}
