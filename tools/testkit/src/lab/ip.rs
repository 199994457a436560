//! The program `ip`, run inside a namespace.

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use super::namespace::Namespace;

/// Where Debian puts the programs of administrators, which is not in everybody's path.
const PLACES: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A command that finds programs of administrators.
pub(super) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", path()).stdin(Stdio::null());
    command
}

/// Whether such a command would find the program.
pub(super) fn is_installed(program: &str) -> bool {
    std::env::split_paths(&path()).any(|folder| folder.join(program).is_file())
}

/// Where to look for programs.
pub(super) fn path() -> String {
    format!("{}:{PLACES}", std::env::var("PATH").unwrap_or_default())
}

/// Runs `ip` with the given words.
pub(super) fn run(namespace: &Namespace, words: &[&str]) -> anyhow::Result<()> {
    let output = namespace.enter(|| command("ip").args(words).output()).context("ip")?;
    ensure!(output.status.success(), "ip {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
