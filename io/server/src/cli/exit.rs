//! How a command ends.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::config::Problem;

/// Exit codes of `sysexits.h` (4.3BSD), which service managers and scripts can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: all is well.
    Fine = 0,
    /// 64: the command was used wrongly.
    Usage = 64,
    /// 65: data is wrong, such as data of a newer version.
    Data = 65,
    /// 66: an input file is missing or unreadable.
    NoInput = 66,
    /// 69: something needed is not available, such as a port that is taken.
    Unavailable = 69,
    /// 70: a fault of the program.
    Software = 70,
    /// 73: a file or folder cannot be created.
    CannotCreate = 73,
    /// 74: reading or writing failed, such as a full disk.
    Io = 74,
    /// 75: it may work later.
    TemporaryFailure = 75,
    /// 77: a right is missing.
    NoPermission = 77,
    /// 78: the configuration is wrong.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed: one sentence for the operator and the exit code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened, to what, and the remedy.
    pub sentence: String,
}

impl Failure {
    /// A failure with its sentence.
    #[must_use]
    pub fn new(exit: Exit, sentence: impl Into<String>) -> Self {
        Self { exit, sentence: sentence.into() }
    }

    /// A failure of the file system: `doing` is a phrase such as `/var/lib/signboard cannot be created`.
    #[must_use]
    pub fn of_files(doing: &str, error: &io::Error) -> Self {
        let (exit, remedy) = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                (Exit::NoPermission, "give the server's user the right, or name another folder with --data")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (Exit::Io, "free some space or move the data folder"),
            io::ErrorKind::NotFound | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::NotADirectory => {
                (Exit::CannotCreate, "name another folder with --data")
            }
            _ => (Exit::Io, "look at the system's log for the disk"),
        };
        Self::new(exit, format!("{doing} ({}); {remedy}.", words(error)))
    }
}

/// What the system says, without its number.
pub(super) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = match &problem {
            Problem::NoValue { .. } => Exit::Usage,
            Problem::Unreadable { .. } => Exit::NoInput,
            _ => Exit::Config,
        };
        Self::new(exit, problem.to_string())
    }
}
