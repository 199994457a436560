//! A small computer that drives a screen: a host, its display, and the viewer on it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use testkit::lab::{Host, Program};

use crate::display::{Display, SIZE};

/// The viewer's process with its data; killed when dropped.
pub(crate) struct Computer<'a> {
    pub(crate) host: &'a Host,
    pub(crate) display: Display<'a>,
    data: TempDir,
    config: String,
    pub(crate) viewer: Program,
}

impl<'a> Computer<'a> {
    /// A new computer, on which nothing but this is configured: `settings` are lines of viewer.toml.
    pub(crate) fn start(host: &'a Host, settings: &str) -> anyhow::Result<Self> {
        let display = Display::open(host)?;
        let data = tempfile::tempdir()?;
        let (name, (width, height)) = (&display.name, SIZE);
        let config =
            format!("{settings}\n[output]\nsurface = \"x11\"\ndisplay = \"{name}\"\nwidth = {width}\nheight = {height}\n");
        let viewer = run(host, data.path(), &config)?;
        Ok(Self { host, display, data, config, viewer })
    }

    /// Ends the viewer as a power cut would, and starts it again with what it has on disk.
    pub(crate) fn power_cycle(&mut self) -> anyhow::Result<()> {
        self.viewer.kill()?;
        self.viewer = run(self.host, self.data.path(), &self.config)?;
        Ok(())
    }
}

fn run(host: &Host, data: &Path, config: &str) -> anyhow::Result<Program> {
    let file = data.join("viewer.toml");
    fs::write(&file, config)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_signboard-viewer"));
    // The commands of a test must not be answered by a desktop that happens to run here.
    command.env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
    host.start(command.arg("run").arg("--config").arg(&file).arg("--data").arg(data.join("state")))
}
