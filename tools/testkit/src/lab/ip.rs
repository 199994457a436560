//! The program `ip`, run inside a namespace.

use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use super::namespace::Namespace;

/// Where Debian puts the programs of administrators, which is not in everybody's path.
const PLACES: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A command that finds programs of administrators.
pub(super) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:{PLACES}")).stdin(Stdio::null());
    command
}

/// Runs `ip` with the given words.
pub(super) fn run(namespace: &Namespace, words: &[&str]) -> anyhow::Result<()> {
    let output = namespace.enter(|| command("ip").args(words).output()).context("ip")?;
    ensure!(output.status.success(), "ip {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
