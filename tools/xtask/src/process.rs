//! Child processes: with the terminal, quietly, or line by line.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::failure::Failure;
use crate::place;

/// A command in the repository's folder, without what `cargo run` told this program about itself.
///
/// Those variables would reach build scripts of nested builds and make cargo build them again.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(place::root());
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if ours.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&key);
        }
    }
    command
}

/// The cargo that started this program.
pub(crate) fn cargo() -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// Whether this is an automatic run, where nobody reads a hint.
pub(crate) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// Finds a program on the path, as the shell would.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

/// The command as a person would type it.
pub(crate) fn spelled(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut words = vec![program.to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Runs with our terminal; the answer is whether it succeeded.
///
/// # Errors
/// Where the program cannot be started at all.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, Failure> {
    command.stdin(Stdio::null());
    let status = command.status().map_err(|error| not_started(command, &error))?;
    Ok(status.success())
}

/// Runs quietly and hands back success, standard output and standard error.
///
/// # Errors
/// Where the program cannot be started at all.
pub(crate) fn quiet(command: &mut Command) -> Result<Answer, Failure> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    Ok(Answer {
        success: output.status.success(),
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// What a quiet process left behind.
pub(crate) struct Answer {
    /// Whether it ended with zero.
    pub(crate) success: bool,
    /// Its exit code, unless a signal ended it.
    pub(crate) code: Option<i32>,
    /// All of its standard output.
    pub(crate) stdout: String,
    /// All of its standard error.
    pub(crate) stderr: String,
}

/// Runs and shows every line as it comes, and keeps them all to be read afterwards.
///
/// # Errors
/// Where the program cannot be started at all.
pub(crate) fn shown(command: &mut Command) -> Result<(bool, String), Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| not_started(command, &error))?;
    let kept = Arc::new(Mutex::new(String::new()));
    let mut readers = Vec::new();
    if let Some(stream) = child.stdout.take() {
        readers.push(copy_lines(stream, Arc::clone(&kept)));
    }
    if let Some(stream) = child.stderr.take() {
        readers.push(copy_lines(stream, Arc::clone(&kept)));
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    for reader in readers {
        reader.join().expect("a line reader does not panic");
    }
    let text = std::mem::take(&mut *kept.lock().expect("a line reader does not panic"));
    Ok((status.success(), text))
}

fn copy_lines(stream: impl Read + Send + 'static, kept: Arc<Mutex<String>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let mut all = kept.lock().expect("a line reader does not panic");
            let _ = stdout().write_all(text.as_bytes());
            all.push_str(&text);
            bytes.clear();
        }
    })
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::unavailable(format!("`{}` could not be started: {error}.", spelled(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_keeps_both_streams_and_the_verdict() {
        let (success, text) = shown(command("sh").args(["-c", "echo one; echo two >&2; exit 3"])).unwrap();
        assert!(!success);
        assert!(text.contains("one\n") && text.contains("two\n"), "{text}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = quiet(&mut command("signboard-no-such-program")).err().unwrap();
        assert!(failure.sentence.contains("signboard-no-such-program"), "{}", failure.sentence);
        assert!(find("signboard-no-such-program").is_none());
        assert!(find("sh").is_some());
    }
}
