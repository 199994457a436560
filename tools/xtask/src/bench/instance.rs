//! The production server with a data folder and ports of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::serving::Serving;

/// How a server of a bench is started.
pub(super) struct Instance {
    binary: PathBuf,
    /// Its data folder.
    pub(super) data: PathBuf,
    /// Its HTTP port on 127.0.0.1.
    pub(super) http: u16,
    /// Its HTTPS port on 127.0.0.1.
    pub(super) https: u16,
    /// Where it answers, with its control port.
    pub(super) serving: Serving,
}

impl Instance {
    /// Finds free ports.
    ///
    /// # Errors
    /// Where no port is free.
    pub(super) fn new(binary: &Path, data: &Path) -> Result<Self, Failure> {
        let serving = Serving::alone()?;
        let (binary, data) = (binary.to_owned(), data.to_owned());
        Ok(Self { binary, data, http: serving.http, https: serving.https, serving })
    }

    /// The command line.
    pub(super) fn command(&self) -> Command {
        let mut command = self.serving.command(&self.binary, &self.data);
        // Where there are several servers, they meet on this machine.
        command.args(["--set", "replication.addresses=127.0.0.1"]);
        command
    }

    /// What a command of the program prints that asks the running server.
    ///
    /// # Errors
    /// Where it fails; with what it says.
    pub(super) fn said(&self, words: &[&str]) -> Result<String, Failure> {
        let answer = process::quiet(process::command(&self.binary).args(words).arg("--data").arg(&self.data))?;
        if answer.success {
            return Ok(answer.stdout);
        }
        Err(Failure::failed(format!("`signboard {}` failed: {}", words.join(" "), answer.stderr.trim())))
    }
}
