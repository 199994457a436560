//! The browser as a process: begun with two pipes, ended with all its children.

use std::collections::VecDeque;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::oneshot;

use super::tree;

/// Makes the pipes of its standard streams the descriptors 3 and 4 that Chromium speaks on, and becomes the browser.
const PIPES: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// A browser that runs. Ended hard when dropped.
pub(super) struct Process {
    pub(super) pid: u32,
    ended: oneshot::Receiver<io::Result<ExitStatus>>,
    last_words: Arc<Mutex<VecDeque<String>>>,
}

impl Process {
    /// Starts it. Answers the process, where to write commands and where to read answers.
    pub(super) async fn start(
        program: &Path,
        arguments: &[String],
        environment: &[(&str, String)],
    ) -> io::Result<(Self, ChildStdin, ChildStdout)> {
        // util-linux has it on every Debian. Without it the pipe's end still ends a browser that is well.
        let dies_with_us = Path::new("/usr/bin/setpriv").exists();
        let mut command = Command::new(if dies_with_us { "/usr/bin/setpriv" } else { "/bin/sh" });
        if dies_with_us {
            command.args(["--pdeathsig", "KILL", "/bin/sh"]);
        }
        command.args(["-c", PIPES, "sh"]).arg(program).args(arguments);
        for (name, value) in environment {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (born, birth) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        // The kernel ends the browser with the thread that began it, so that thread lives as long as the browser.
        std::thread::Builder::new().name("browser".to_owned()).stack_size(128 * 1024).spawn(move || match command.spawn() {
            Ok(mut child) => {
                let _ = born.send(Ok((child.id(), child.stdin.take(), child.stdout.take(), child.stderr.take())));
                let _ = end.send(child.wait());
            }
            Err(error) => drop(born.send(Err(error))),
        })?;
        let (pid, stdin, stdout, stderr) = birth.await.map_err(io::Error::other)??;
        let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(io::Error::other("the browser has no pipes"));
        };
        let last_words = Arc::default();
        tokio::spawn(listen(ChildStderr::from_std(stderr)?, Arc::clone(&last_words)));
        let process = Self { pid, ended, last_words };
        Ok((process, ChildStdin::from_std(stdin)?, ChildStdout::from_std(stdout)?))
    }

    /// Waits until it ends; how, in words.
    pub(super) async fn ended(&mut self) -> String {
        let how = match (&mut self.ended).await {
            Ok(Ok(status)) => match (status.code(), status.signal()) {
                (Some(code), _) => format!("status {code}"),
                (None, Some(signal)) => format!("signal {signal}"),
                (None, None) => "unknown".to_owned(),
            },
            Ok(Err(error)) => error.to_string(),
            Err(_) => "unknown".to_owned(),
        };
        match telling(&self.last_words.lock()) {
            Some(words) => format!("{how}: {words}"),
            None => how,
        }
    }

    /// Ends it and every process that it began.
    pub(super) fn kill(&self) {
        let all = tree::members(self.pid);
        if let Some(group) = pid(self.pid) {
            // Gone already: what is wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
        for member in all.into_iter().filter_map(pid) {
            let _ = kill_process(member, Signal::KILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Once it is reaped, its number may be another's.
        if matches!(self.ended.try_recv(), Err(oneshot::error::TryRecvError::Empty)) {
            self.kill();
        }
    }
}

fn pid(number: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number).ok()?)
}

/// The last line that says what went wrong. A kiosk has no session bus, and the browser complains of that in any case.
fn telling(lines: &VecDeque<String>) -> Option<&str> {
    let wrong = |line: &&String| (line.contains("ERROR:") || line.contains("FATAL:")) && !line.contains("ERROR:dbus/");
    lines.iter().rev().find(wrong).map(String::as_str)
}

/// Keeps the last lines that it writes, for whoever asks why it ended.
async fn listen(stderr: ChildStderr, last_words: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::debug!(%line, "browser");
        let mut kept = last_words.lock();
        if kept.len() == 8 {
            kept.pop_front();
        }
        kept.push_back(line.chars().take(300).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_tells_most_is_found() {
        let lines = |all: &[&str]| all.iter().map(|&line| line.to_owned()).collect::<VecDeque<_>>();
        let display = "[1:1:1122/1:ERROR:ui/ozone/platform/x11/ozone_platform_x11.cc:259] Missing X server or $DISPLAY";
        let bus = "[1:9:1122/1:ERROR:dbus/bus.cc:405] Failed to connect to the bus";
        assert_eq!(telling(&lines(&["noise", display, bus, "more noise"])), Some(display));
        assert_eq!(telling(&lines(&[bus])), None);
    }
}
