//! Computers whose clock is wrong, by libfaketime: <https://github.com/wolfcw/libfaketime>.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// What a clock says, in the words of libfaketime: `+400d`, or `@1970-01-02 00:00:00`.
pub(crate) type Said = &'static str;

/// Has a program believe a clock. Waiting takes the time that it takes.
pub(crate) fn believe(command: &mut Command, clock: Said) {
    // The dynamic linker knows which architecture this is (ld.so(8), `$LIB`).
    command.env("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1");
    command.env("FAKETIME", clock).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
}

/// Settings of a viewer whose browser sees the true clock: a player in a kiosk browser goes by the viewer's alone.
pub(crate) fn spared(folder: &Path) -> anyhow::Result<String> {
    let script = folder.join("browser");
    fs::write(&script, "#!/bin/sh\nunset LD_PRELOAD FAKETIME\nexec chromium \"$@\"\n")?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(format!("[browser]\nprogram = \"{}\"\n", script.display()))
}
