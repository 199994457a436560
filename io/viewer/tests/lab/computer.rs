//! A small computer that drives a screen: a host, its display, and the viewer on it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;
use tempfile::TempDir;
use testkit::SmallDisk;
use testkit::lab::{Host, Program};

use crate::clock::{Said, believe};
use crate::display::{Display, SIZE};
use crate::town::Build;

/// The viewer's process with its data; killed when dropped.
pub(crate) struct Computer<'a> {
    pub(crate) viewer: Program,
    pub(crate) host: &'a Host,
    pub(crate) display: Display<'a>,
    /// The disk under the viewer's own folder, where it is one of its own.
    pub(crate) disk: Option<SmallDisk>,
    data: TempDir,
    settings: String,
    build: Build,
    clock: Option<Said>,
}

/// How a computer differs from the usual one.
#[derive(Default)]
pub(crate) struct Setup<'a> {
    /// Lines of viewer.toml.
    pub(crate) settings: String,
    pub(crate) build: Build,
    /// What its viewer takes for the time.
    pub(crate) clock: Option<Said>,
    /// A screen that stands there already.
    pub(crate) display: Option<Display<'a>>,
    /// MiB of a disk that holds nothing but the viewer's folder; none: that of this machine.
    pub(crate) disk_mib: Option<u32>,
}

impl<'a> Computer<'a> {
    /// A new computer, on which nothing but this is configured: `settings` are lines of viewer.toml.
    pub(crate) fn start(host: &'a Host, settings: &str) -> anyhow::Result<Self> {
        Self::start_with(host, Setup { settings: settings.to_owned(), ..Setup::default() })
    }

    /// The same with this build of the viewer.
    pub(crate) fn start_as(host: &'a Host, settings: &str, build: Build) -> anyhow::Result<Self> {
        Self::start_with(host, Setup { settings: settings.to_owned(), build, ..Setup::default() })
    }

    /// One that differs.
    pub(crate) fn start_with(host: &'a Host, setup: Setup<'a>) -> anyhow::Result<Self> {
        Self::boot(host, setup, tempfile::tempdir()?)
    }

    /// Another computer, started with a copy of this one's disk, which was made while this one ran.
    pub(crate) fn copy<'b>(&self, host: &'b Host) -> anyhow::Result<Computer<'b>> {
        let data = tempfile::tempdir()?;
        copy(&state(self.data.path()), &state(data.path()))?;
        Computer::boot(host, Setup { settings: self.settings.clone(), build: self.build, ..Setup::default() }, data)
    }

    fn boot(host: &'a Host, setup: Setup<'a>, data: TempDir) -> anyhow::Result<Self> {
        let Setup { settings, build, clock, display, disk_mib } = setup;
        let display = display.map_or_else(|| Display::open(host), Ok)?;
        let disk = match disk_mib {
            Some(mib) => {
                fs::create_dir(state(data.path()))?;
                Some(SmallDisk::mount(&state(data.path()), mib)?.context("who may make a lab may mount")?)
            }
            None => None,
        };
        let viewer = run(host, data.path(), &config(&settings, &display), build, clock.as_ref())?;
        Ok(Self { viewer, host, display, disk, data, settings, build, clock })
    }

    /// Ends the viewer as a power cut would, and starts it again with what it has on disk.
    pub(crate) fn power_cycle(&mut self) -> anyhow::Result<()> {
        self.viewer.kill()?;
        let config = config(&self.settings, &self.display);
        self.viewer = run(self.host, self.data.path(), &config, self.build, self.clock.as_ref())?;
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
    let (name, left, (width, height)) = (&display.name, display.left, SIZE);
    format!("{settings}\n[output]\nsurface = \"x11\"\ndisplay = \"{name}\"\nx = {left}\nwidth = {width}\nheight = {height}\n")
}

fn run(host: &Host, data: &Path, config: &str, build: Build, clock: Option<&Said>) -> anyhow::Result<Program> {
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
