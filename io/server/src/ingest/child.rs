//! Running a program on a stranger's file: limited in memory, processor time and patience, so that it harms only itself.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// How much a child may use.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Address space in bytes.
    memory: u64,
    /// Processor time in seconds.
    cpu_s: u64,
    /// How long it may take in all.
    patience: Duration,
}

const LIMITS: Limits = Limits { memory: 3 << 30, cpu_s: 120, patience: Duration::from_secs(180) };

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
    limited(LIMITS, program, arguments).await
}

async fn limited(limits: Limits, program: &str, arguments: &[&OsStr]) -> Result<Vec<u8>, ChildError> {
    let mut command = Command::new("prlimit");
    command.arg(format!("--as={}", limits.memory)).arg(format!("--cpu={}", limits.cpu_s)).arg("--core=0").arg("--").arg(program);
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let child = command.spawn().map_err(|_| ChildError::Missing)?;
    let output = tokio::time::timeout(limits.patience, child.wait_with_output()).await.map_err(|_| ChildError::Slow)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that does this, under limits.
    async fn shell(limits: Limits, script: &str) -> Result<Vec<u8>, ChildError> {
        limited(limits, "sh", &["-c".as_ref(), script.as_ref()]).await
    }

    #[tokio::test]
    async fn a_modest_child_answers() {
        assert_eq!(shell(LIMITS, "printf 25").await, Ok(b"25".to_vec()));
        assert_eq!(shell(LIMITS, "echo broken >&2; exit 3").await, Err(ChildError::Failed("broken".to_owned())));
        assert_eq!(limited(LIMITS, "no-such-program", &[]).await, Err(ChildError::Missing));
    }

    #[tokio::test]
    async fn a_child_that_wants_all_memory_fails_and_only_it() {
        let limits = Limits { memory: 64 << 20, ..LIMITS };
        // A line without end is kept in memory until it ends.
        let Err(ChildError::Failed(said)) = shell(limits, "exec tail -n 1 /dev/zero").await else { panic!("it was not stopped") };
        assert!(said.contains("memory"), "{said}");
    }

    #[tokio::test]
    async fn a_child_that_computes_for_ever_is_ended() {
        let limits = Limits { cpu_s: 1, ..LIMITS };
        assert_eq!(shell(limits, "while :; do :; done").await, Err(ChildError::Failed(String::new())));
    }

    #[tokio::test]
    async fn a_child_that_waits_for_ever_is_left() {
        let limits = Limits { patience: Duration::from_millis(50), ..LIMITS };
        assert_eq!(shell(limits, "exec sleep 600").await, Err(ChildError::Slow));
    }
}
