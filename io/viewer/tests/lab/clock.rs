//! Computers whose clock is wrong, by libfaketime: <https://github.com/wolfcw/libfaketime>.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// What a clock says.
#[derive(Clone)]
pub(crate) enum Said {
    /// The same for as long as the program runs, in the words of libfaketime: `+400d`, or `@1970-01-02 00:00:00`.
    Always(&'static str),
    /// What stands in a file.
    File(PathBuf),
}

/// Has a program believe a clock. Waiting takes the time that it takes.
pub(crate) fn believe(command: &mut Command, clock: &Said) {
    // The dynamic linker knows which architecture this is (ld.so(8), `$LIB`).
    command.env("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    match clock {
        Said::Always(words) => command.env("FAKETIME", words),
        Said::File(path) => command.env("FAKETIME_TIMESTAMP_FILE", path).env("FAKETIME_CACHE_DURATION", "1"),
    };
}

/// A clock that the test sets.
pub(crate) struct Hand(PathBuf);

impl Hand {
    /// One that is right until it is set.
    pub(crate) fn new(folder: &Path) -> anyhow::Result<Self> {
        let hand = Self(folder.join("clock"));
        hand.set(SystemTime::now())?;
        Ok(hand)
    }

    /// Sets it; it goes on from there. A program notices within a second.
    pub(crate) fn set(&self, time: SystemTime) -> anyhow::Result<()> {
        let ahead = time.duration_since(SystemTime::now()).unwrap_or_default().as_secs_f64();
        // Whoever reads it meanwhile finds the one or the other.
        let new = self.0.with_extension("new");
        fs::write(&new, format!("+{ahead:.1}\n"))?;
        fs::rename(&new, &self.0)?;
        Ok(())
    }

    /// What it says.
    pub(crate) fn said(&self) -> Said {
        Said::File(self.0.clone())
    }
}

/// Settings of a viewer whose browser sees the true clock: a player in a kiosk browser goes by the viewer's alone.
pub(crate) fn spared(folder: &Path) -> anyhow::Result<String> {
    let script = folder.join("browser");
    fs::write(&script, "#!/bin/sh\nunset LD_PRELOAD FAKETIME\nexec chromium \"$@\"\n")?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(format!("[browser]\nprogram = \"{}\"\n", script.display()))
}
