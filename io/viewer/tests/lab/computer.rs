//! A small computer that drives a screen: a host, its display, and the viewer on it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use testkit::lab::{Host, Program};

use crate::clock::{Said, believe};
use crate::display::{Display, SIZE};
use crate::town::Build;

/// The viewer's process with its data; killed when dropped.
pub(crate) struct Computer<'a> {
    pub(crate) host: &'a Host,
    pub(crate) display: Display<'a>,
    data: TempDir,
    settings: String,
    build: Build,
    clock: Option<Said>,
    pub(crate) viewer: Program,
}

impl<'a> Computer<'a> {
    /// A new computer, on which nothing but this is configured: `settings` are lines of viewer.toml.
    pub(crate) fn start(host: &'a Host, settings: &str) -> anyhow::Result<Self> {
        Self::start_as(host, settings, Build::This)
    }

    /// The same with this build of the viewer.
    pub(crate) fn start_as(host: &'a Host, settings: &str, build: Build) -> anyhow::Result<Self> {
        Self::boot(host, settings, tempfile::tempdir()?, build)
    }

    /// Another computer, started with a copy of this one's disk, which was made while this one ran.
    pub(crate) fn copy<'b>(&self, host: &'b Host) -> anyhow::Result<Computer<'b>> {
        let data = tempfile::tempdir()?;
        copy(&state(self.data.path()), &state(data.path()))?;
        Computer::boot(host, &self.settings, data, self.build)
    }

    fn boot(host: &'a Host, settings: &str, data: TempDir, build: Build) -> anyhow::Result<Self> {
        let display = Display::open(host)?;
        let viewer = run(host, data.path(), &config(settings, &display), build, None)?;
        Ok(Self { host, display, data, settings: settings.to_owned(), build, clock: None, viewer })
    }

    /// Ends the viewer as a power cut would, and starts it again with what it has on disk.
    pub(crate) fn power_cycle(&mut self) -> anyhow::Result<()> {
        self.viewer.kill()?;
        self.viewer = run(self.host, self.data.path(), &config(&self.settings, &self.display), self.build, self.clock)?;
        Ok(())
    }

    /// From its next start on the viewer believes this clock.
    pub(crate) fn set_clock(&mut self, clock: Said) {
        self.clock = Some(clock);
    }

    /// The viewer's data folder.
    pub(crate) fn state(&self) -> PathBuf {
        state(self.data.path())
    }

    /// What `signboard-viewer status` or `doctor` prints as JSON on this computer; null where it prints nothing.
    pub(crate) fn ask(&self, subcommand: &str) -> anyhow::Result<Value> {
        let data = self.data.path();
        let output = self.host.run(program(data, self.build).arg(subcommand).arg("--json"))?;
        if output.stdout.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&output.stdout)?) }
    }
}

fn config(settings: &str, display: &Display<'_>) -> String {
    let (name, (width, height)) = (&display.name, SIZE);
    format!("{settings}\n[output]\nsurface = \"x11\"\ndisplay = \"{name}\"\nwidth = {width}\nheight = {height}\n")
}

fn run(host: &Host, data: &Path, config: &str, build: Build, clock: Option<Said>) -> anyhow::Result<Program> {
    fs::write(data.join("viewer.toml"), config)?;
    let mut command = program(data, build);
    clock.into_iter().for_each(|clock| believe(&mut command, clock));
    host.start(command.arg("run"))
}

fn program(data: &Path, build: Build) -> Command {
    let mut command = Command::new(build.viewer());
    // The commands of a test must not be answered by a desktop that happens to run here.
    command.env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
    command.arg("--config").arg(data.join("viewer.toml")).arg("--data").arg(state(data));
    command
}

fn state(data: &Path) -> PathBuf {
    data.join("state")
}

/// Copies what lies in a folder but for sockets, links and the browser's profile, which is worth nothing.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        if kind.is_dir() && name != "browser" {
            copy(&entry.path(), &to.join(&name))?;
        } else if kind.is_file() {
            match fs::copy(entry.path(), to.join(&name)) {
                // It was a temporary file of the viewer that runs.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                other => {
                    other?;
                }
            }
        }
    }
    Ok(())
}
