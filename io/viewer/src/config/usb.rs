//! Settings that somebody brings on a USB stick: a file `signboard-viewer.toml` in its top folder, where the system mounts such things.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;

use super::load::{OWN_FILE, words};
use super::{Config, Problem};
use crate::disk::{self, Disk};

/// The file that is looked for.
pub const FILE_NAME: &str = "signboard-viewer.toml";

/// Where desktops and udisks mount media, and how deep below.
const PLACES: [(&str, usize); 4] = [("/media", 2), ("/run/media", 2), ("/mnt", 1), ("/run/signboard-viewer/usb", 1)];

/// A stick with settings, as they were read from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stick {
    /// The file.
    pub path: PathBuf,
    settings: Result<toml::Table, Problem>,
}

/// Looks for sticks aside: a medium that does not answer, such as a broken stick or a network drive whose server is gone, holds up whoever
/// touches it for as long as it likes.
pub struct Lookout {
    look: Arc<dyn Fn() -> Option<Stick> + Send + Sync>,
    /// Where the look that is under way will tell what it saw.
    seen: Option<Receiver<Option<Stick>>>,
}

impl Default for Lookout {
    /// Looks at the media that are mounted. The first one with settings counts: two sticks that say different things would have the viewer
    /// start again for ever.
    fn default() -> Self {
        let places = || PLACES.iter().flat_map(|(root, depth)| below(Path::new(root), *depth));
        Self::new(move || places().next().map(Stick::read))
    }
}

impl Lookout {
    fn new(look: impl Fn() -> Option<Stick> + Send + Sync + 'static) -> Self {
        Self { look: Arc::new(look), seen: None }
    }

    /// What the look before saw, told once; then begins the next. While a look hangs nothing is seen, and no other is begun.
    pub fn glance(&mut self) -> Option<Stick> {
        let seen = match self.seen.as_ref().map(Receiver::try_recv) {
            Some(Err(TryRecvError::Empty)) => return None,
            Some(Ok(stick)) => stick,
            Some(Err(TryRecvError::Disconnected)) | None => None,
        };
        let (tell, told) = sync_channel(1);
        let look = Arc::clone(&self.look);
        // A thread of its own: the runtime would wait for one of its own at the end.
        let begun = thread::Builder::new().name("sticks".to_owned()).spawn(move || {
            // Nobody may be listening any more.
            let _ = tell.send(look());
        });
        self.seen = begun.ok().map(|_| told);
        seen
    }
}

/// The files with settings in a folder and so far below.
fn below(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let file = folder.join(FILE_NAME);
    let mut found = if file.is_file() { vec![file] } else { Vec::new() };
    if depth > 0 {
        let folders = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
        folders.sort();
        found.extend(folders.iter().flat_map(|folder| below(folder, depth - 1)));
    }
    found
}

impl Stick {
    fn read(path: PathBuf) -> Self {
        Self { settings: Config::file(&path), path }
    }

    /// Makes its settings the viewer's own, if they differ from those. Returns whether they did. The stick is not looked at any more.
    ///
    /// # Errors
    /// It could not be read, has a setting that is not legal, or the viewer's own file cannot be written. Nothing is changed then.
    pub fn take(&self, disk: &dyn Disk, data: &Path) -> Result<bool, Problem> {
        let fresh = self.settings.clone()?;
        let own = data.join(OWN_FILE);
        let before = if own.exists() { Config::file(&own).unwrap_or_default() } else { toml::Table::new() };
        if fresh == before {
            return Ok(false);
        }
        let text = toml::to_string(&fresh).expect("a table that was read can be written");
        disk::replace(disk, &own, text.as_bytes()).map_err(|error| Problem::Unwritable { path: own, message: words(&error) })?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Local;

    #[test]
    fn a_stick_is_found_taken_once_and_refused_when_it_is_wrong() {
        let media = tempfile::tempdir().unwrap();
        let data = tempfile::tempdir().unwrap();
        assert!(below(media.path(), 2).is_empty());
        let stick = media.path().join("user/STICK");
        std::fs::create_dir_all(&stick).unwrap();
        std::fs::write(stick.join(FILE_NAME), "[server]\naddress = [\"signs.example\"]\n").unwrap();
        let found = || below(media.path(), 2).into_iter().map(Stick::read).collect::<Vec<_>>();
        assert_eq!(below(media.path(), 2), [stick.join(FILE_NAME)]);
        assert_eq!(found()[0].take(&Local, data.path()), Ok(true));
        assert_eq!(found()[0].take(&Local, data.path()), Ok(false), "a stick that stays in is taken once");
        let before = std::fs::read(data.path().join(OWN_FILE)).unwrap();
        std::fs::write(stick.join(FILE_NAME), "[server]\nadress = [\"signs.example\"]\n").unwrap();
        let refusal = found()[0].take(&Local, data.path()).unwrap_err().to_string();
        assert!(refusal.contains("signboard-viewer.toml:2") && refusal.contains("adress"), "{refusal}");
        assert_eq!(std::fs::read(data.path().join(OWN_FILE)).unwrap(), before);
    }

    #[test]
    fn a_medium_that_does_not_answer_holds_nobody_up() {
        use std::sync::Mutex;
        use std::sync::mpsc::channel;
        let (answer, answers) = channel::<Option<Stick>>();
        let (begin, begun) = channel();
        let (begin, answers) = (Mutex::new(begin), Mutex::new(answers));
        let mut lookout = Lookout::new(move || {
            begin.lock().unwrap().send(()).unwrap();
            answers.lock().unwrap().recv().unwrap()
        });
        let stick = Stick { path: "/media/stick".into(), settings: Ok(toml::Table::new()) };
        assert_eq!(lookout.glance(), None);
        begun.recv().unwrap();
        for _ in 0..3 {
            assert_eq!(lookout.glance(), None, "the look hangs");
        }
        assert!(begun.try_recv().is_err(), "no second look is begun meanwhile");
        answer.send(Some(stick.clone())).unwrap();
        let seen = (0..).find_map(|_| {
            lookout.glance().or_else(|| {
                thread::yield_now();
                None
            })
        });
        assert_eq!(seen, Some(stick));
        begun.recv().unwrap();
        assert_eq!(lookout.glance(), None, "it is told once");
        answer.send(None).unwrap();
    }
}
