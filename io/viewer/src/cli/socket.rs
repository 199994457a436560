//! The socket by which a running viewer says how it is.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::agent::Snapshot;

const PATIENCE: Duration = Duration::from_secs(5);

/// Where it stands.
pub(super) fn path(data: &Path) -> PathBuf {
    data.join(crate::app::SOCKET)
}

/// Asks the viewer that runs with this folder.
///
/// # Errors
/// None runs, or it does not answer.
pub(super) fn ask(data: &Path) -> io::Result<Snapshot> {
    let mut stream = UnixStream::connect(path(data))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    serde_json::from_str(&text).map_err(io::Error::other)
}
