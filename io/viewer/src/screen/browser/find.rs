//! Where the browser is.

use std::path::{Path, PathBuf};

use crate::screen::contract::ScreenError;

/// Names under which distributions have it, the best first.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The program that is set, else the first one along `path` (as in the variable `PATH`).
pub(super) fn find(set: Option<&Path>, path: &std::ffi::OsStr) -> Result<PathBuf, ScreenError> {
    if let Some(set) = set {
        let found = set.is_file().then(|| set.to_owned());
        return found.ok_or_else(|| ScreenError::NoBrowser(format!("{} is no file", set.display())));
    }
    let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places
        .into_iter()
        .find(|place| place.is_file())
        .ok_or_else(|| ScreenError::NoBrowser(format!("none of {} along PATH", NAMES.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_along_the_path_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = std::env::join_paths(["/nonexistent".as_ref(), folder.path()]).unwrap();
        assert!(matches!(find(None, &path), Err(ScreenError::NoBrowser(_))));
        for name in ["google-chrome", "chromium"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(find(None, &path).unwrap(), folder.path().join("chromium"));
        let set = folder.path().join("mine");
        assert!(find(Some(&set), &path).unwrap_err().to_string().contains("mine"));
        std::fs::write(&set, "").unwrap();
        assert_eq!(find(Some(&set), &path).unwrap(), set);
    }
}
