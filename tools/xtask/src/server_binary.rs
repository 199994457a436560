//! Builds the server and says where it is.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::{place, process};

/// How well the compiler should do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Debug,
    /// Quick to run; carries the web part inside.
    Release,
}

/// Builds `signboard`, with cargo's own progress on the terminal.
///
/// # Errors
/// Where cargo fails; it has said why.
pub(crate) fn build(profile: Profile) -> Result<PathBuf, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--package", "signboard", "--bin", "signboard"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    if process::in_ci() {
        cargo.arg("--locked");
    }
    if !process::succeeds(&mut cargo)? {
        return Err(Failure::failed("The server could not be built; the compiler's words stand above."));
    }
    Ok(path(profile))
}

/// Where cargo puts the server.
pub(crate) fn path(profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Debug => "debug",
        Profile::Release => "release",
    };
    place::target().join(folder).join("signboard")
}
