//! The last pictures of the screen, for whoever was not there when it happened: also after a start, so that what stood there before a power cut can be seen.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::disk::{self, Disk};

/// Pictures that are kept: with one in a minute, the last minutes.
const MOST: usize = 5;
/// Bytes that they may have together.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// A picture and when it was taken, Unix milliseconds.
pub type Taken = (i64, Arc<[u8]>);

/// The last pictures. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub struct Album(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Where they lie; none = in memory alone.
    place: Option<(PathBuf, Arc<dyn Disk>)>,
    kept: Mutex<VecDeque<Taken>>,
    /// Held while files are written, so that they follow the memory in order and nobody who only looks waits for the disk.
    writing: Mutex<()>,
}

impl Album {
    /// Opens the album in `folder`, which is made if it is missing. Where the disk does not let it, pictures are kept in memory alone.
    #[must_use]
    pub fn open(folder: &Path, disk: Arc<dyn Disk>) -> Self {
        if let Err(error) = fs::create_dir_all(folder) {
            tracing::warn!(%error, folder = %folder.display(), "the last pictures of the screen are kept in memory only");
            return Self::default();
        }
        let album = Inner { place: Some((folder.to_owned(), disk)), ..Inner::default() };
        let mut found: Vec<(i64, PathBuf)> = Vec::new();
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            match time_of(&path) {
                Some(at) => found.push((at, path)),
                // What a power cut left half-written.
                None => album.remove(&path),
            }
        }
        found.sort_unstable();
        for (at, path) in found {
            let fits = fs::metadata(&path).is_ok_and(|facts| facts.len() <= MOST_BYTES as u64);
            let picture = if fits { fs::read(&path).ok() } else { None };
            let gone = picture.map_or_else(|| vec![at], |picture| album.push(at, picture.into()));
            gone.into_iter().for_each(|gone| album.remove(&folder.join(name(gone))));
        }
        Self(Arc::new(album))
    }

    /// Keeps a picture that was taken at `at`, Unix milliseconds. Waits for the disk; a disk that takes nothing does not matter.
    pub fn keep(&self, at: i64, picture: &[u8]) {
        let _order = self.0.writing.lock();
        let gone = self.0.push(at, picture.into());
        let Some((folder, disk)) = &self.0.place else { return };
        if !gone.contains(&at)
            && let Err(error) = disk::replace(disk.as_ref(), &folder.join(name(at)), picture)
        {
            tracing::debug!(%error, "a picture of the screen is kept in memory only");
        }
        gone.into_iter().for_each(|gone| self.0.remove(&folder.join(name(gone))));
    }

    /// What is kept, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<Taken> {
        self.0.kept.lock().iter().cloned().collect()
    }

    /// Keeps none of them.
    pub fn clear(&self) {
        let _order = self.0.writing.lock();
        self.0.kept.lock().clear();
        let Some((folder, _)) = &self.0.place else { return };
        fs::read_dir(folder).into_iter().flatten().flatten().for_each(|entry| self.0.remove(&entry.path()));
    }
}

impl Inner {
    /// Adds one, and says which go for it.
    fn push(&self, at: i64, picture: Arc<[u8]>) -> Vec<i64> {
        let mut kept = self.kept.lock();
        kept.push_back((at, picture));
        let mut gone = Vec::new();
        while kept.len() > MOST || kept.iter().map(|(_, picture)| picture.len()).sum::<usize>() > MOST_BYTES {
            gone.extend(kept.pop_front().map(|(at, _)| at));
        }
        // Two of one moment have one file.
        gone.retain(|gone| kept.iter().all(|(at, _)| at != gone));
        gone
    }

    fn remove(&self, path: &Path) {
        let Some((_, disk)) = &self.place else { return };
        if let Err(error) = disk::remove(disk.as_ref(), path) {
            tracing::debug!(%error, "an old picture of the screen cannot be removed");
        }
    }
}

fn name(at: i64) -> String {
    format!("{at}.jpg")
}

/// When the picture under this name was taken; none if it is no picture of ours.
fn time_of(path: &Path) -> Option<i64> {
    let at = path.file_stem()?.to_str()?.parse().ok()?;
    (path.file_name()?.to_str()? == name(at)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Local;

    fn times(album: &Album) -> Vec<i64> {
        album.list().iter().map(|(at, _)| *at).collect()
    }

    #[test]
    fn the_oldest_go_by_number_and_by_size_in_memory_and_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        for album in [Album::default(), Album::open(folder.path(), Arc::new(Local))] {
            (0..9).for_each(|at| album.keep(at, &[7; 10]));
            assert_eq!(times(&album), [4, 5, 6, 7, 8]);
            album.keep(9, &vec![7; MOST_BYTES - 25]);
            assert_eq!(times(&album), [7, 8, 9]);
        }
        let files = || fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files(), 3);
        let album = Album::open(folder.path(), Arc::new(Local));
        assert_eq!(times(&album), [7, 8, 9]);
        album.keep(10, &vec![7; MOST_BYTES + 1]);
        assert_eq!((times(&album).len(), files()), (0, 0), "one that is too large alone is not kept");
    }

    #[test]
    fn they_are_there_after_a_start_whatever_else_lies_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Album::open(folder.path(), Arc::new(Local));
        let album = open();
        [3, 20, 100].iter().for_each(|at| album.keep(*at, format!("picture {at}").as_bytes()));
        for strange in ["100.new", "0100.jpg", "x.jpg"] {
            fs::write(folder.path().join(strange), b"half").unwrap();
        }
        let album = open();
        assert_eq!(times(&album), [3, 20, 100]);
        assert_eq!(album.list()[2].1.as_ref(), b"picture 100");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        // A folder that somebody filled is not read into memory.
        (0..40).for_each(|at| fs::write(folder.path().join(name(1_000 + at)), vec![1; 1 << 20]).unwrap());
        assert_eq!(times(&open()), [1_038, 1_039]);
        album.clear();
        assert_eq!((times(&album).len(), times(&open()).len()), (0, 0));
    }

    #[test]
    fn a_disk_that_takes_nothing_does_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("blocked");
        fs::write(&blocked, b"a file").unwrap();
        let album = Album::open(&blocked, Arc::new(Local));
        album.keep(1, b"picture");
        assert_eq!(times(&album), [1]);
    }
}
