//! Where things are: the repository, its target folder, the files this program keeps there.

use std::path::{Path, PathBuf};

/// The folder of the repository, known since compile time.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("tools/xtask stands two folders below the root").to_path_buf()
}

/// Cargo's target folder, as cargo itself would choose it.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// What this program remembers between runs, and the logs it writes.
pub(crate) fn notes() -> PathBuf {
    target().join("xtask")
}

/// The npm workspace.
pub(crate) fn web() -> PathBuf {
    root().join("web")
}

/// `path` as seen from the repository, for messages.
pub(crate) fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
