//! Programs of the system, run as children with a limit in time.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::screen::contract::Surface;

/// None of them takes longer unless it hangs.
const LIMIT: Duration = Duration::from_secs(10);

/// Why a program did not do its work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CommandError {
    /// There is no such program.
    #[error("{0} is not installed")]
    Missing(String),
    /// It said no.
    #[error("{program} failed: {words}")]
    Failed {
        /// Its name.
        program: String,
        /// The last line that it wrote, or its status.
        words: String,
    },
}

/// Runs programs in the environment of a display server.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    environment: Vec<(&'static str, String)>,
    wayland: bool,
}

impl Runner {
    /// For programs that speak to this surface.
    pub(super) fn of(surface: &Surface) -> Self {
        let (environment, wayland) = match surface {
            Surface::Environment => (vec![], std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())),
            Surface::Headless => (vec![], false),
            Surface::X11(display) => (vec![("DISPLAY", display.clone())], false),
            Surface::Wayland(socket) => (vec![("WAYLAND_DISPLAY", socket.clone())], true),
        };
        Self { environment, wayland }
    }

    /// Whether the display server is an X server.
    pub(super) fn is_x11(&self) -> bool {
        !self.wayland
    }

    /// Runs a program; the first word is its name. What it wrote to its output.
    pub(super) async fn run(&self, words: &[String]) -> Result<String, CommandError> {
        let Some((program, arguments)) = words.split_first() else { return Ok(String::new()) };
        let failed = |words: String| CommandError::Failed { program: program.clone(), words };
        let mut command = Command::new(program);
        command.args(arguments).envs(self.environment.iter().cloned()).stdin(Stdio::null()).kill_on_drop(true);
        let output = match timeout(LIMIT, command.output()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => return Err(CommandError::Missing(program.clone())),
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(_) => return Err(failed(format!("no answer within {} s", LIMIT.as_secs()))),
        };
        // xset ends well also where the X server cannot do what it was asked for; it says nothing only where it did it.
        let silent = output.stderr.iter().all(u8::is_ascii_whitespace);
        if output.status.success() && (silent || program != "xset") {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        // Its first line says what is wrong, and then comes how to use it; others explain themselves last.
        let mut lines = errors.lines().filter(|line| !line.trim().is_empty());
        let last = if program == "xset" { lines.next() } else { lines.next_back() };
        Err(failed(last.map_or_else(|| output.status.to_string(), |line| line.trim().chars().take(200).collect())))
    }

    /// Runs one after the other until one fails.
    pub(super) async fn run_all(&self, programs: &[Vec<String>]) -> Result<(), CommandError> {
        for program in programs {
            self.run(program).await?;
        }
        Ok(())
    }

    /// Runs the first list whose programs are installed.
    pub(super) async fn run_first(&self, ways: &[Vec<Vec<String>>]) -> Result<(), CommandError> {
        let mut missing = None;
        for way in ways {
            match self.run_all(way).await {
                Err(error @ CommandError::Missing(_)) => missing = missing.or(Some(error)),
                ended => return ended,
            }
        }
        missing.map_or(Ok(()), Err)
    }
}

/// A program and its arguments from one line; no word holds a space.
pub(super) fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_missing_and_what_fails_is_told_apart() {
        let runner = Runner::of(&Surface::Headless);
        assert_eq!(runner.run(&words("printf a")).await.unwrap(), "a");
        assert_eq!(
            runner.run(&words("signboard-no-such-program")).await.unwrap_err(),
            CommandError::Missing("signboard-no-such-program".into())
        );
        let failed =
            runner.run(&["sh".into(), "-c".into(), "echo first >&2; echo no display >&2; exit 3".into()]).await.unwrap_err();
        assert_eq!(failed.to_string(), "sh failed: no display");
    }

    #[tokio::test]
    async fn the_next_way_is_tried_only_where_the_first_is_not_installed() {
        let runner = Runner::of(&Surface::Headless);
        let missing = vec![words("signboard-no-such-program")];
        runner.run_first(&[missing.clone(), vec![words("true")]]).await.unwrap();
        assert!(matches!(runner.run_first(&[vec![words("false")], vec![words("true")]]).await, Err(CommandError::Failed { .. })));
        assert!(matches!(runner.run_first(&[missing]).await, Err(CommandError::Missing(_))));
    }
}
