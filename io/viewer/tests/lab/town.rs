//! Hosts of a lab with the real programs on them: a server, and computers that drive screens.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use testkit::lab::{Host, Lab, Program, Segment};

use crate::clock::{Said, believe};

/// Long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What the tests need from the system, with the packages that bring it.
const PROGRAMS: [(&str, &str); 4] = [("curl", "curl"), ("Xvfb", "xvfb"), ("ffmpeg", "ffmpeg"), ("chromium", "chromium")];

/// A segment with a server's host.
pub(crate) struct Town {
    pub(crate) segment: Segment,
    pub(crate) server: Host,
}

impl Town {
    /// None where there can be no lab, or a program is missing.
    pub(crate) fn open() -> anyhow::Result<Option<Self>> {
        Self::open_with(&PROGRAMS)
    }

    /// The same for a test that needs other programs, each with the package that brings it.
    pub(crate) fn open_with(programs: &[(&str, &str)]) -> anyhow::Result<Option<Self>> {
        let Some(lab) = Lab::open_with(programs)? else { return Ok(None) };
        let segment = lab.segment()?;
        let server = segment.host("server")?;
        Ok(Some(Self { segment, server }))
    }

    /// The server's address, as somebody types it.
    pub(crate) fn address(&self) -> String {
        self.server.card().ipv4().to_string()
    }
}

/// Which version of our programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Build {
    /// This one.
    #[default]
    This,
    /// The one after it, as far as it can be known today: built with the feature `next`.
    Next,
}

impl Build {
    /// The viewer's program.
    pub(crate) fn viewer(self) -> PathBuf {
        self.program("signboard-viewer")
    }

    /// The server's program, which the same build made beside the viewer's.
    pub(crate) fn server(self) -> anyhow::Result<PathBuf> {
        let path = self.program("signboard");
        ensure!(path.is_file(), "{} is missing: build it with `cargo build --package signboard`", path.display());
        Ok(path)
    }

    /// Whether its programs are there.
    pub(crate) fn is_there(self) -> bool {
        self.viewer().is_file() && self.program("signboard").is_file()
    }

    fn program(self, name: &str) -> PathBuf {
        let name = if self == Self::Next { format!("{name}-next") } else { name.to_owned() };
        Path::new(env!("CARGO_BIN_EXE_signboard-viewer")).with_file_name(name)
    }
}

/// A server with its data.
pub(crate) struct Server {
    build: Build,
    data: TempDir,
    clock: Option<Said>,
    program: Program,
}

impl Server {
    /// Starts on an empty folder with the default ports, and waits until it is ready.
    pub(crate) fn start(host: &Host) -> anyhow::Result<Self> {
        Self::start_as(host, Build::This)
    }

    /// The same with this build of the server.
    pub(crate) fn start_as(host: &Host, build: Build) -> anyhow::Result<Self> {
        Self::begin(host, build, None)
    }

    /// The same with a clock that it believes.
    pub(crate) fn start_at(host: &Host, clock: Said) -> anyhow::Result<Self> {
        Self::begin(host, Build::This, Some(clock))
    }

    fn begin(host: &Host, build: Build, clock: Option<Said>) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let program = run(host, data.path(), &[], build, clock.as_ref())?;
        Ok(Self { build, data, clock, program })
    }

    /// The secret of the set-up link that the server prints at its first start.
    pub(crate) fn link(&self) -> anyhow::Result<String> {
        let line = self.program.wait_for("/setup?link=", PATIENCE)?;
        let (_, link) = line.split_once("/setup?link=").context("the line has what it was found by")?;
        Ok(link.split_whitespace().next().unwrap_or_default().to_owned())
    }

    /// A command of the server's program that concerns this server.
    pub(crate) fn command(&self, words: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(self.build.server()?);
        command.args(words).arg("--data").arg(self.data.path());
        Ok(command)
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.program.kill()?;
        Ok(())
    }

    /// From its next start on it believes this clock.
    pub(crate) fn set_clock(&mut self, clock: Said) {
        self.clock = Some(clock);
    }

    /// Starts it again with the same data.
    pub(crate) fn start_again(&mut self, host: &Host) -> anyhow::Result<()> {
        self.program = run(host, self.data.path(), &[], self.build, self.clock.as_ref())?;
        Ok(())
    }

    /// Stops it as an operator would, and starts it with the same data and other settings, each `key=value`.
    pub(crate) fn restart_with(&mut self, host: &Host, settings: &[&str]) -> anyhow::Result<()> {
        let asked = host.run(Command::new("kill").args(["-TERM", &self.program.id().to_string()]))?;
        ensure!(asked.status.success(), "kill: {}", String::from_utf8_lossy(&asked.stderr));
        self.program.wait()?;
        self.program = run(host, self.data.path(), settings, self.build, self.clock.as_ref())?;
        Ok(())
    }
}

fn run(host: &Host, data: &Path, settings: &[&str], build: Build, clock: Option<&Said>) -> anyhow::Result<Program> {
    let settings = settings.iter().flat_map(|setting| ["--set", *setting]);
    let mut command = Command::new(build.server()?);
    clock.into_iter().for_each(|clock| believe(&mut command, clock));
    let program = host.start(command.args(["server", "--data"]).arg(data).args(settings))?;
    program.wait_for("Signboard is ready", PATIENCE)?;
    Ok(program)
}
