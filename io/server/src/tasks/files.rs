//! Files that runs bring: screenshots, logs, black boxes. They lie apart from the media, whose hashes every screen may ask for.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use control::order::Part;
use domain::task::RunFile;
use parking_lot::Mutex;
use uuid::Uuid;

/// The longest file, in bytes.
const MAX_FILE: usize = 16 * 1024 * 1024;
/// What all files that are still coming may take together, in bytes.
const MAX_COMING: usize = 64 * 1024 * 1024;
/// A file of which nothing came for so long gives way to the others.
const PATIENCE: Duration = Duration::from_secs(60);

/// What all files may take on disk together, in bytes; the oldest give way.
const MAX_KEPT: u64 = 2 << 30;

/// The files of all runs.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    most: u64,
    coming: Mutex<BTreeMap<Uuid, Coming>>,
}

#[derive(Debug)]
struct Coming {
    name: String,
    mime: String,
    bytes: Vec<u8>,
    /// When the last part came.
    heard: Instant,
}

/// What became of a part.
#[derive(Debug)]
pub(super) enum Taken {
    /// More is to come.
    More,
    /// The file is whole.
    Whole(RunFile, Vec<u8>),
    /// It is too long, or its parts do not fit together: the sentence says which.
    Refused(&'static str),
}

impl Files {
    /// The files below the data folder `data`. The folder is made when the first one comes.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self { folder: data.join("task-files"), most: MAX_KEPT, coming: Mutex::default() }
    }

    /// Where the file of a run lies, whether it is there or not.
    #[must_use]
    pub fn path(&self, run: Uuid) -> PathBuf {
        self.folder.join(run.to_string())
    }

    /// Takes a part that came at `now`. One that begins anew takes the place of what came before; files that stopped coming give way.
    pub(super) fn take(&self, run: Uuid, part: Part, now: Instant) -> Taken {
        let mut coming = self.coming.lock();
        coming.retain(|_, file| now.saturating_duration_since(file.heard) < PATIENCE);
        if part.offset == 0 {
            let name = part.name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\' | '"')).take(100).collect();
            let mime = part.mime.chars().filter(char::is_ascii_graphic).take(100).collect();
            coming.insert(run, Coming { name, mime, bytes: Vec::new(), heard: now });
        }
        let all: usize = coming.values().map(|one| one.bytes.len()).sum();
        let Some(file) = coming.get_mut(&run) else { return Taken::Refused("a part of the file came without its beginning") };
        if usize::try_from(part.offset) != Ok(file.bytes.len()) {
            coming.remove(&run);
            return Taken::Refused("the parts of the file do not fit together");
        }
        if file.bytes.len() + part.bytes.len() > MAX_FILE {
            coming.remove(&run);
            return Taken::Refused("the file is too long: at most 16 MiB are taken");
        }
        if all + part.bytes.len() > MAX_COMING {
            coming.remove(&run);
            return Taken::Refused("files of many screens come at this moment: ask again in a minute");
        }
        file.bytes.extend_from_slice(&part.bytes);
        file.heard = now;
        if !part.last {
            return Taken::More;
        }
        let file = coming.remove(&run).expect("it was there a moment ago");
        let facts = RunFile { name: file.name, mime: file.mime, bytes: file.bytes.len() as u64 };
        Taken::Whole(facts, file.bytes)
    }

    /// Forgets what came of a file that will not be finished.
    pub(super) fn forget(&self, run: Uuid) {
        self.coming.lock().remove(&run);
    }

    /// Writes the file of a run. Returns after it is on disk, and after the oldest files have gone that there is no more room for.
    ///
    /// # Errors
    /// What the system says.
    pub(super) async fn keep(&self, run: Uuid, bytes: Vec<u8>) -> io::Result<()> {
        let (folder, path, most) = (self.folder.clone(), self.path(run), self.most);
        let write = move || {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            let part = path.with_extension("part");
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&part, &path)?;
            File::open(&folder)?.sync_all()?;
            make_room(&folder, &path, most);
            Ok(())
        };
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }

    /// Reads the file of a run.
    ///
    /// # Errors
    /// What the system says, such as that it was removed.
    pub async fn read(&self, run: Uuid) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(run)).await
    }

    /// Removes files that were written longer ago than `age`.
    ///
    /// # Errors
    /// What the system says about the folder.
    pub async fn expire(&self, age: Duration) -> io::Result<()> {
        let folder = self.folder.clone();
        let clean = move || {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                entries => entries?,
            };
            let now = SystemTime::now();
            for entry in entries.flatten() {
                let written = entry.metadata().and_then(|facts| facts.modified());
                if written.is_ok_and(|written| now.duration_since(written).is_ok_and(|old| old > age)) {
                    // What cannot be removed now is tried again in an hour.
                    let _ = fs::remove_file(entry.path());
                }
            }
            Ok(())
        };
        tokio::task::spawn_blocking(clean).await.map_err(io::Error::other)?
    }
}

/// Removes the oldest files until all of them take at most so many bytes; the one that came last stays.
fn make_room(folder: &Path, last: &Path, most: u64) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let facts = entry.metadata().ok()?;
            Some((facts.modified().ok()?, facts.len(), entry.path()))
        })
        .collect();
    files.sort();
    let mut all: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, bytes, path) in files.into_iter().filter(|(_, _, path)| path != last) {
        if all <= most {
            break;
        }
        if fs::remove_file(&path).is_ok() {
            all -= bytes;
            metrics::counter!("signboard_task_files_displaced_total").increment(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(offset: u64, bytes: &[u8], last: bool) -> Part {
        Part { name: "log.txt".into(), mime: "text/plain".into(), offset, bytes: bytes.to_vec(), last }
    }

    #[tokio::test]
    async fn parts_become_a_file_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let (files, run, now) = (Files::new(data.path()), Uuid::from_u128(1), Instant::now());
        assert!(matches!(files.take(run, part(0, b"one ", false), now), Taken::More));
        assert!(matches!(files.take(run, part(0, b"one ", false), now), Taken::More), "a delivery may begin anew");
        let Taken::Whole(facts, bytes) = files.take(run, part(4, b"two", true), now) else { panic!("not whole") };
        assert_eq!((facts.bytes, bytes.as_slice()), (7, b"one two".as_slice()));
        files.keep(run, bytes).await.unwrap();
        assert_eq!(files.read(run).await.unwrap(), b"one two");
        assert_eq!(fs::metadata(files.path(run)).unwrap().permissions().mode() & 0o777, 0o600);
        files.expire(Duration::from_secs(3_600)).await.unwrap();
        assert!(files.path(run).exists());
        files.expire(Duration::ZERO).await.unwrap();
        assert!(!files.path(run).exists());
    }

    #[tokio::test]
    async fn the_oldest_files_make_room_for_the_newest() {
        let data = tempfile::tempdir().unwrap();
        let files = Files { most: 250, ..Files::new(data.path()) };
        for n in 1..=3 {
            files.keep(Uuid::from_u128(n), vec![0; 100]).await.unwrap();
            // Files of the same moment have no order.
            let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 * n as u64);
            File::options().write(true).open(files.path(Uuid::from_u128(n))).unwrap().set_modified(written).unwrap();
        }
        files.keep(Uuid::from_u128(4), vec![0; 100]).await.unwrap();
        let there = [1, 2, 3, 4].map(|n| files.path(Uuid::from_u128(n)).exists());
        assert_eq!(there, [false, false, true, true]);
        files.keep(Uuid::from_u128(5), vec![0; 1_000]).await.unwrap();
        assert!(files.path(Uuid::from_u128(5)).exists() && !files.path(Uuid::from_u128(4)).exists());
    }

    #[test]
    fn parts_that_do_not_fit_and_files_that_are_too_long_are_refused() {
        let (files, run, now) = (Files::new(Path::new("/nowhere")), Uuid::from_u128(1), Instant::now());
        assert!(matches!(files.take(run, part(4, b"two", true), now), Taken::Refused(_)));
        files.take(run, part(0, b"one", false), now);
        assert!(matches!(files.take(run, part(4, b"two", true), now), Taken::Refused(_)));
        files.take(run, part(0, &vec![0; MAX_FILE], false), now);
        assert!(matches!(files.take(run, part(MAX_FILE as u64, b"x", true), now), Taken::Refused(_)));
        assert!(files.coming.lock().is_empty(), "nothing is kept of them");
    }

    #[test]
    fn files_that_stopped_coming_give_way_and_those_that_come_do_not() {
        let (files, begun) = (Files::new(Path::new("/nowhere")), Instant::now());
        let run = |n: u128| Uuid::from_u128(n);
        for n in 1..=4 {
            assert!(matches!(files.take(run(n), part(0, &vec![0; MAX_FILE - 1], false), begun), Taken::More));
        }
        assert!(matches!(files.take(run(5), part(0, &[0; 5], false), begun), Taken::Refused(_)), "there is no room for more");
        let later = begun + PATIENCE / 2;
        assert!(matches!(files.take(run(1), part(MAX_FILE as u64 - 1, b"", false), later), Taken::More));
        let end = begun + PATIENCE;
        assert!(matches!(files.take(run(5), part(0, &[0; 5], false), end), Taken::More));
        assert_eq!(files.coming.lock().keys().copied().collect::<Vec<_>>(), [run(1), run(5)]);
        assert!(matches!(files.take(run(2), part(MAX_FILE as u64 - 1, b"x", true), end), Taken::Refused(_)), "it begins anew");
    }
}
