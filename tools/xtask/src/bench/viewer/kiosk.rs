//! The viewer's process with its folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::display::SIZE;
use crate::failure::Failure;
use crate::{installer, process, tool};

/// Becomes the viewer in a network in which it is alone: the first word is `ip`, the others are the viewer's.
const ALONE: &str = r#""$0" link set lo up && exec "$@""#;
/// How long a viewer may take to end.
const END: Duration = Duration::from_secs(15);

/// How the viewer is started.
pub(in super::super) struct Kiosk {
    program: PathBuf,
    config: PathBuf,
    data: PathBuf,
}

impl Kiosk {
    /// A viewer whose settings and data lie in a folder.
    pub(in super::super) fn new(program: &Path, folder: &Path) -> Self {
        Self { program: program.to_owned(), config: folder.join("viewer.toml"), data: folder.join("viewer") }
    }

    /// Writes its settings: where it draws, the server of this machine whose token gives it a place, and further lines about servers.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(in super::super) fn configure(&self, display: &str, control_port: u16, token: &str, more: &str) -> Result<(), Failure> {
        let (width, height) = SIZE;
        let text = format!(
            "[server]\naddress = [\"127.0.0.1:{control_port}\"]\ndiscovery = false\ntoken = \"{token}\"\n{more}\
             [output]\nsurface = \"x11\"\ndisplay = \"{display}\"\nwidth = {width}\nheight = {height}\n"
        );
        fs::write(&self.config, text).map_err(|error| Failure::file(&self.config, &error))
    }

    /// Starts it as it is.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub(in super::super) fn start(&self) -> Result<Player, Failure> {
        Player::start(process::command(&self.program), self)
    }

    /// Starts it where no server can answer and nothing leaves this machine. That needs root; for anybody else the server is merely absent.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub(super) fn start_alone(&self) -> Result<Player, Failure> {
        let ip = (tool::IP.find)().filter(|_| installer::is_root());
        let Some(ip) = ip else { return self.start() };
        let mut command = process::command("unshare");
        command.args(["--net", "--", "sh", "-c", ALONE]).arg(ip).arg(&self.program);
        Player::start(command, self)
    }

    /// Waits until what it plays lies on its disk as what it begins with.
    ///
    /// # Errors
    /// Where that takes too long.
    pub(in super::super) fn until_kept(&self, patience: Duration) -> Result<(), Failure> {
        let end = Instant::now() + patience;
        while !self.data.join("in-force.slice").is_file() {
            if Instant::now() >= end {
                return Err(Failure::failed("The viewer plays, but does not keep what it plays."));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// A running viewer; it is killed when dropped, and its browser ends with it.
pub(in super::super) struct Player {
    child: Child,
    /// Just before the call that started it.
    pub(super) begun: Instant,
}

impl Player {
    fn start(mut command: Command, kiosk: &Kiosk) -> Result<Self, Failure> {
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.arg("run").arg("--config").arg(&kiosk.config).arg("--data").arg(&kiosk.data);
        command.stdin(Stdio::null()).stdout(Stdio::from(super::log()?)).stderr(Stdio::from(super::log()?));
        let begun = Instant::now();
        let child = command.spawn();
        let child = child
            .map_err(|error| Failure::unavailable(format!("`{}` could not be started: {error}.", process::spelled(&command))))?;
        Ok(Self { child, begun })
    }

    /// The id of its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop and waits until it has.
    pub(in super::super) fn stop(mut self) {
        let _ = process::quiet(process::command("kill").args(["-TERM", &self.child.id().to_string()]));
        let asked = Instant::now();
        while self.child.try_wait().ok().flatten().is_none() && asked.elapsed() < END {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
