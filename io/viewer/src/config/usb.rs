//! Settings that somebody brings on a USB stick: a file `signboard-viewer.toml` in its top folder, where the system mounts such things.

use std::path::{Path, PathBuf};

use super::load::{OWN_FILE, words};
use super::{Config, Problem};
use crate::disk::{self, Disk};

/// The file that is looked for.
pub const FILE_NAME: &str = "signboard-viewer.toml";

/// Where desktops and udisks mount media, and how deep below.
const PLACES: [(&str, usize); 4] = [("/media", 2), ("/run/media", 2), ("/mnt", 1), ("/run/signboard-viewer/usb", 1)];

/// A stick with settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stick {
    /// The file.
    pub path: PathBuf,
}

/// The files with settings on media that are mounted now.
#[must_use]
pub fn sticks() -> Vec<Stick> {
    PLACES.iter().flat_map(|(root, depth)| below(Path::new(root), *depth)).collect()
}

fn below(folder: &Path, depth: usize) -> Vec<Stick> {
    let file = folder.join(FILE_NAME);
    let mut found: Vec<Stick> = if file.is_file() { vec![Stick { path: file }] } else { Vec::new() };
    if depth > 0 {
        let folders = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
        folders.sort();
        found.extend(folders.iter().flat_map(|folder| below(folder, depth - 1)));
    }
    found
}

impl Stick {
    /// Makes its settings the viewer's own, if they differ from those. Returns whether they did. The stick may be pulled out afterwards.
    ///
    /// # Errors
    /// It cannot be read, has a setting that is not legal, or the viewer's own file cannot be written. Nothing is changed then.
    pub fn take(&self, disk: &dyn Disk, data: &Path) -> Result<bool, Problem> {
        let fresh = Config::file(&self.path)?;
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
        let found = below(media.path(), 2);
        assert_eq!(found, [Stick { path: stick.join(FILE_NAME) }]);
        assert_eq!(found[0].take(&Local, data.path()), Ok(true));
        assert_eq!(found[0].take(&Local, data.path()), Ok(false), "a stick that stays in is taken once");
        let before = std::fs::read(data.path().join(OWN_FILE)).unwrap();
        std::fs::write(stick.join(FILE_NAME), "[server]\nadress = [\"signs.example\"]\n").unwrap();
        let refusal = found[0].take(&Local, data.path()).unwrap_err().to_string();
        assert!(refusal.contains("signboard-viewer.toml:2") && refusal.contains("adress"), "{refusal}");
        assert_eq!(std::fs::read(data.path().join(OWN_FILE)).unwrap(), before);
    }
}
