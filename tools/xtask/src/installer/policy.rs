//! Forbids that a package starts its service, for as long as packages are being installed.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::say;

/// Debian asks this script before it starts a service (invoke-rc.d(8)); 101 forbids it.
pub(super) const POLICY: &str = "/usr/sbin/policy-rc.d";

/// By this line a script of ours is known.
const MARK: &str = "# Written by cargo xtask while it installs packages";

/// The forbidding script, in place as long as this lives. An earlier script is kept beside it and comes back afterwards. Where this program
/// is killed, the script that stays behind forbids nothing more and asks the earlier one.
pub(super) struct Policy {
    path: PathBuf,
}

impl Policy {
    /// Puts the script at `path`.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn forbid(path: &Path) -> Result<Self, Failure> {
        let (kept, fresh) = (beside(path, "kept-by-xtask"), beside(path, "new-by-xtask"));
        let put = || {
            if !is_ours(path)? {
                // A second name for the earlier script, so that there is one at any moment.
                let _none_yet = fs::remove_file(&kept);
                match fs::hard_link(path, &kept) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            fs::write(&fresh, script(std::process::id(), &kept))?;
            fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
            fs::rename(&fresh, path)
        };
        put().map_err(|error| Failure::file(path, &error))?;
        Ok(Self { path: path.to_owned() })
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        let kept = beside(&self.path, "kept-by-xtask");
        let outcome = if kept.exists() { fs::rename(&kept, &self.path) } else { fs::remove_file(&self.path) };
        if let Err(error) = outcome {
            say::note(format_args!("{} could not be put back: {error}", self.path.display()));
        }
    }
}

fn script(process: u32, kept: &Path) -> String {
    let kept = kept.display();
    format!(
        "#!/bin/sh\n{MARK}; once that process is gone, it forbids nothing.\n\
         [ -d /proc/{process} ] && exit 101\n[ -x {kept} ] && exec {kept} \"$@\"\nexit 0\n"
    )
}

/// Whether a killed run left its script at `path`.
fn is_ours(path: &Path) -> io::Result<bool> {
    match fs::read(path) {
        Ok(text) => Ok(text.windows(MARK.len()).any(|part| part == MARK.as_bytes())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn beside(path: &Path, word: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(word);
    name.into()
}

#[cfg(test)]
mod tests;
