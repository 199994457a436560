//! A screen without a monitor.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::failure::Failure;
use crate::process;

/// Width and height in pixels, those of most screens.
pub(super) const SIZE: (u32, u32) = (1920, 1080);

/// An X server; killed when dropped.
pub(in super::super) struct Display {
    child: Child,
    /// Such as `:77`.
    pub(in super::super) name: String,
}

impl Display {
    /// Starts Xvfb and waits until it says which number it took.
    ///
    /// # Errors
    /// Where it cannot be started or says nothing.
    pub(in super::super) fn open() -> Result<Self, Failure> {
        let screen = format!("{}x{}x24", SIZE.0, SIZE.1);
        let mut xvfb = process::command("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"]);
        xvfb.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::from(super::log()?));
        let mut child = xvfb.spawn().map_err(|error| Failure::unavailable(format!("`Xvfb` could not be started: {error}.")))?;
        let stdout = child.stdout.take().expect("piped above");
        let mut display = Self { child, name: String::new() };
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        match (read, line.trim().parse::<u32>()) {
            (Ok(_), Ok(number)) => {
                display.name = format!(":{number}");
                Ok(display)
            }
            _ => Err(Failure::failed("Xvfb ended early; its words are in target/xtask/bench-viewer.log.")),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
