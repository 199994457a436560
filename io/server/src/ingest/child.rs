//! Running a program on a stranger's file: limited in memory, processor time and patience, so that it harms only itself.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// Address space of a child in bytes.
const MEMORY: u64 = 3 << 30;
/// Processor time of a child in seconds.
const CPU_S: u64 = 120;
/// How long a child may take in all.
const PATIENCE: Duration = Duration::from_secs(180);

/// Why a child gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChildError {
    /// It failed; the last line that it said.
    Failed(String),
    /// It is not installed.
    Missing,
    /// It took too long.
    Slow,
}

/// Runs a program and returns what it wrote.
///
/// # Errors
/// [`ChildError`].
pub async fn output(program: &str, arguments: &[&OsStr]) -> Result<Vec<u8>, ChildError> {
    let mut command = Command::new("prlimit");
    command.arg(format!("--as={MEMORY}")).arg(format!("--cpu={CPU_S}")).arg("--core=0").arg("--").arg(program);
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let child = command.spawn().map_err(|_| ChildError::Missing)?;
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.map_err(|_| ChildError::Slow)?;
    let output = output.map_err(|error| ChildError::Failed(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    if last.contains("failed to execute") {
        return Err(ChildError::Missing);
    }
    Err(ChildError::Failed(last.chars().take(200).collect()))
}
