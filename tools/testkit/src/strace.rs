//! Watches the system calls of a program, to prove in which order it writes, syncs and answers.

use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Context, ensure};

/// One finished system call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The thread that made it.
    pub thread: u32,
    /// Its name, such as `fdatasync`.
    pub name: String,
    /// Its arguments as text; file descriptors carry their paths, as in `3</data/file>`.
    pub arguments: String,
    /// What it returned; negative or unknown results are not 0.
    pub ok: bool,
}

/// Whether strace is installed and may trace. If not, the running test is named as skipped.
///
/// # Errors
/// As [`crate::skip`].
pub fn available() -> anyhow::Result<bool> {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success());
    if !works {
        crate::skip("strace is missing or not allowed: apt-get install strace")?;
    }
    Ok(works)
}

/// Runs a program with all its threads and returns the given system calls in the order in which they ended.
///
/// # Errors
/// If the program fails or its trace cannot be read.
pub fn trace(calls: &[&str], program: impl AsRef<OsStr>, configure: impl FnOnce(&mut Command)) -> anyhow::Result<Vec<Call>> {
    trace_whole(calls, 200, program, configure)
}

/// The same with so many bytes of what is written or read.
///
/// # Errors
/// If the program fails or its trace cannot be read.
pub fn trace_whole(
    calls: &[&str],
    bytes: usize,
    program: impl AsRef<OsStr>,
    configure: impl FnOnce(&mut Command),
) -> anyhow::Result<Vec<Call>> {
    let output = tempfile::NamedTempFile::new()?;
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", &bytes.to_string(), "-e", &format!("trace={}", calls.join(",")), "-e", "signal=none", "-o"]);
    command.arg(output.path()).arg(program);
    configure(&mut command);
    let ended = command.output().context("strace")?;
    ensure!(ended.status.success(), "{}\n{}", ended.status, String::from_utf8_lossy(&ended.stderr));
    Ok(parse(&std::fs::read_to_string(output.path())?))
}

/// Reads a trace. A call that another one interrupted stands in two lines: its beginning is kept until its end comes.
fn parse(text: &str) -> Vec<Call> {
    let mut begun: Vec<(u32, String)> = Vec::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else { continue };
        let Ok(thread) = thread.parse::<u32>() else { continue };
        let rest = rest.trim_start();
        let whole = if let Some(beginning) = rest.strip_suffix("<unfinished ...>") {
            begun.push((thread, beginning.trim_end().to_owned()));
            continue;
        } else if let Some((_, end)) = rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            let Some(index) = begun.iter().position(|(other, _)| *other == thread) else { continue };
            begun.swap_remove(index).1 + end
        } else {
            rest.to_owned()
        };
        calls.extend(call(thread, &whole));
    }
    calls
}

fn call(thread: u32, text: &str) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let result = result.split(|c: char| !c.is_ascii_digit() && c != '-').next()?;
    let ok = result.parse::<i64>().is_ok_and(|result| result >= 0);
    let arguments = arguments.trim_end().strip_suffix(')')?.to_owned();
    Some(Call { thread, name: name.to_owned(), arguments, ok })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn interrupted_calls_count_when_they_end() {
        let text = "7 fdatasync(3</d/a-wal> <unfinished ...>\n8 write(1<pipe:[5]>, \"ok (1) = 2\\n\", 11) = 11\n\
                    7 <... fdatasync resumed>) = 0\n7 openat(AT_FDCWD</d>, \"x\", O_RDONLY) = -1 ENOENT (No such file)\n";
        let calls = parse(text);
        let names: Vec<_> = calls.iter().map(|call| (call.thread, call.name.as_str(), call.ok)).collect();
        assert_eq!(names, [(8, "write", true), (7, "fdatasync", true), (7, "openat", false)]);
        assert_eq!(calls[0].arguments, "1<pipe:[5]>, \"ok (1) = 2\\n\", 11");
        assert_eq!(calls[1].arguments, "3</d/a-wal>");
    }
}
