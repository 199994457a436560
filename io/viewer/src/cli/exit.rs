//! How a command ends.

use std::process::ExitCode;

use crate::config::Problem;

/// Exit codes of `sysexits.h` (4.3BSD), which service managers and scripts can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: all is well.
    Fine = 0,
    /// 64: the command was used wrongly.
    Usage = 64,
    /// 66: an input file is missing or unreadable.
    NoInput = 66,
    /// 69: something needed is not available, such as a browser.
    Unavailable = 69,
    /// 70: a fault of the program.
    Software = 70,
    /// 73: a file or folder cannot be created.
    CannotCreate = 73,
    /// 75: it may work later.
    TemporaryFailure = 75,
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
#[error("{sentence}")]
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
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = match &problem {
            Problem::NoValue(_) => Exit::Usage,
            Problem::Unreadable { .. } => Exit::NoInput,
            Problem::Unwritable { .. } => Exit::CannotCreate,
            Problem::Illegal { .. } => Exit::Config,
        };
        Self::new(exit, problem.to_string())
    }
}
