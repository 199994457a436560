//! A screen with nothing but a browser: a host, its display, and Chromium with the HTML5 viewer's page.

use std::process::Command;

use tempfile::TempDir;
use testkit::lab::{Host, Program};

use crate::display::{Display, SIZE};

/// The browser's process with its profile; killed when dropped.
pub(crate) struct Kiosk<'a> {
    pub(crate) display: Display<'a>,
    _profile: TempDir,
    _browser: Program,
}

impl<'a> Kiosk<'a> {
    /// Opens this address on the whole screen.
    pub(crate) fn open(host: &'a Host, address: &str) -> anyhow::Result<Self> {
        let display = Display::open(host)?;
        let profile = tempfile::tempdir()?;
        let (width, height) = SIZE;
        let mut command = Command::new("chromium");
        command.env("DISPLAY", &display.name).env_remove("WAYLAND_DISPLAY").env("HOME", profile.path());
        command.args(["--no-sandbox", "--test-type", "--disable-gpu", "--kiosk", "--no-first-run", "--hide-scrollbars"]);
        command.args(["--no-default-browser-check", "--noerrdialogs", "--disable-sync", "--disable-component-update"]);
        command.args(["--disable-background-networking", "--disable-features=Translate", "--no-proxy-server", "--disable-quic"]);
        command.args(["--ozone-platform=x11", "--window-position=0,0"]);
        // Without a window manager Chromium takes a line from a window that is just as large as the screen.
        command.arg(format!("--window-size={width},{}", height + 1));
        command.arg(format!("--user-data-dir={}", profile.path().join("profile").display())).arg(address);
        Ok(Self { display, _browser: host.start(&mut command)?, _profile: profile })
    }
}
