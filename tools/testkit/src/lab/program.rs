//! A program that runs inside a host.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// A running program. Dropping it ends the program.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
    said: Arc<Said>,
}

/// What it has written so far, standard output and error mixed as they came.
#[derive(Debug, Default)]
struct Said {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

impl Program {
    /// Starts it where the calling thread is.
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| name.clone())?;
        let said = Arc::new(Said::default());
        said.follow(child.stdout.take().expect("piped above"));
        said.follow(child.stderr.take().expect("piped above"));
        Ok(Self { name, child, said })
    }

    /// Waits for a line that contains `part` and returns it; lines that came before count.
    ///
    /// # Errors
    /// Where no such line came within `patience`, with all that the program said.
    pub fn wait_for(&self, part: &str, patience: Duration) -> anyhow::Result<String> {
        let end = Instant::now() + patience;
        let mut lines = self.said.lines.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(line) = lines.iter().find(|line| line.contains(part)) {
                return Ok(line.clone());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("{} did not say `{part}` within {patience:?}, but:\n{}", self.name, lines.join("\n"));
            }
            (lines, _) = self.said.more.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// All lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.said.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait()
    }

    /// Kills it at once, as a power cut would.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn kill(&mut self) -> std::io::Result<ExitStatus> {
        self.child.kill()?;
        self.child.wait()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

impl Said {
    fn follow(self: &Arc<Self>, stream: impl Read + Send + 'static) {
        let said = Arc::clone(self);
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                said.lines.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                said.more.notify_all();
                line.clear();
            }
        });
    }
}
