//! The browser's profile folder: swept before each start of what a hard end leaves behind.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Says that the folder is ours to clear.
const OURS: &str = ".signboard-profile";
/// Locks that name a process, and a computer that may have been renamed since.
const LOCKS: [&str; 3] = ["SingletonLock", "SingletonCookie", "SingletonSocket"];
/// Where the browser puts what is worth nothing after its end, so that a hard one leaves nothing in the folder of all programs.
const TEMPORARY: &str = "tmp";
/// What a browser would bring back or report after a crash, what it keeps for pages of earlier starts, each of which had a port of its own, and
/// what it left behind.
const REMAINS: [&str; 11] = [
    "Default/Sessions",
    "Default/Session Storage",
    "Default/IndexedDB",
    "Default/Local Storage",
    "Default/Service Worker",
    "Default/File System",
    "Default/blob_storage",
    "Crash Reports",
    "Crashpad",
    "BrowserMetrics",
    TEMPORARY,
];
/// A profile larger than this, in bytes, is begun anew: it has nothing that is worth it.
const LARGEST: u64 = 256 << 20;
/// A longer path leaves no room for the names of sockets in it (unix(7)).
const LONGEST: usize = 60;

/// Makes the folder if it is missing and takes away every mark of a crash. A profile that a power cut has spoiled is begun anew.
///
/// # Errors
/// The folder cannot be made or written.
pub(super) fn sweep(profile: &Path) -> io::Result<()> {
    std::fs::create_dir_all(profile)?;
    std::fs::write(profile.join(OURS), "")?;
    for lock in LOCKS {
        // Dangling links: they are removed without being followed.
        let _ = std::fs::remove_file(profile.join(lock));
    }
    for remains in REMAINS {
        let _ = std::fs::remove_dir_all(profile.join(remains));
    }
    if size(profile) > LARGEST {
        clear(profile)?;
    }
    if let Some(folder) = temporary(profile) {
        std::fs::create_dir_all(folder)?;
    }
    let path = profile.join("Default/Preferences");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(()) };
    match serde_json::from_str::<Value>(&text) {
        Ok(mut preferences) if preferences.is_object() => {
            settle(&mut preferences);
            std::fs::write(&path, preferences.to_string())
        }
        _ => clear(profile),
    }
}

/// The browser's own folder for temporary files; none where its path would be too long.
pub(super) fn temporary(profile: &Path) -> Option<PathBuf> {
    Some(profile.join(TEMPORARY)).filter(|path| path.as_os_str().len() <= LONGEST)
}

/// Bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let each = entries.filter_map(|entry| {
        // Links are not followed.
        let facts = entry.metadata().ok()?;
        Some(if facts.is_dir() { size(&entry.path()) } else { facts.len() })
    });
    each.sum()
}

/// Removes everything from the folder, if it is one of ours: what is left of it keeps the browser from starting.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn clear(profile: &Path) -> io::Result<()> {
    if !profile.join(OURS).exists() {
        return Ok(());
    }
    std::fs::remove_dir_all(profile)?;
    std::fs::create_dir_all(profile)?;
    if let Some(folder) = temporary(profile) {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(profile.join(OURS), "")
}

/// The browser ended well, as far as it knows; and nothing asks anybody in front of the screen.
fn settle(preferences: &mut Value) {
    if !preferences["profile"].is_object() {
        preferences["profile"] = json!({});
    }
    preferences["profile"]["exit_type"] = json!("Normal");
    preferences["profile"]["exited_cleanly"] = json!(true);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_a_crash_go_and_settings_stay() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("p");
        std::fs::create_dir_all(profile.join("Default/Sessions")).unwrap();
        std::os::unix::fs::symlink("old-name-4711", profile.join("SingletonLock")).unwrap();
        std::fs::write(profile.join("Default/Preferences"), r#"{"profile":{"exit_type":"Crashed","name":"x"},"a":1}"#).unwrap();
        sweep(&profile).unwrap();
        assert!(profile.join("SingletonLock").symlink_metadata().is_err());
        assert!(!profile.join("Default/Sessions").exists());
        let after: Value = serde_json::from_str(&std::fs::read_to_string(profile.join("Default/Preferences")).unwrap()).unwrap();
        assert_eq!(after, json!({ "profile": { "exit_type": "Normal", "exited_cleanly": true, "name": "x" }, "a": 1 }));
    }

    #[test]
    fn nothing_grows_from_start_to_start() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("p");
        sweep(&profile).unwrap();
        let temporary = temporary(&profile).unwrap();
        for start in 0..3 {
            assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
            let page = profile.join(format!("Default/IndexedDB/http_127.0.0.1_{}.indexeddb.leveldb", 40_000 + start));
            std::fs::create_dir_all(&page).unwrap();
            std::fs::create_dir(temporary.join(format!("org.chromium.Chromium.{start}"))).unwrap();
            sweep(&profile).unwrap();
        }
        assert!(!profile.join("Default/IndexedDB").exists());
        // A file without content takes no room, but counts as if it did.
        std::fs::File::create(profile.join("Default/Huge")).unwrap().set_len(LARGEST + 1).unwrap();
        sweep(&profile).unwrap();
        assert!(!profile.join("Default").exists() && temporary.exists() && profile.join(OURS).exists());
    }

    #[test]
    fn a_spoiled_profile_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("p");
        std::fs::create_dir_all(profile.join("Default")).unwrap();
        std::fs::write(profile.join("Default/Preferences"), "\0\0\0\0").unwrap();
        sweep(&profile).unwrap();
        assert!(!profile.join("Default").exists());
        assert!(profile.join(OURS).exists());
    }

    #[test]
    fn a_folder_of_others_is_never_cleared() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("letter"), "x").unwrap();
        clear(folder.path()).unwrap();
        assert!(folder.path().join("letter").exists());
    }
}
