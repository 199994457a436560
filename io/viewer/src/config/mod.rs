//! The configuration of a viewer: what is set on the machine itself, before or beside what the server says.
//!
//! Sources in order, the later ones win: defaults, `/etc/signboard/viewer.toml` (or `--config`), `DATA/viewer.toml` (written by `setup`, by a USB stick and
//! by the command `set_setting`), the environment (`SIGNBOARD_VIEWER_` and the key in capitals with `_` for `.` and `-`), `--set key=value`.

mod load;
mod problem;
mod sections;
#[cfg(test)]
mod tests;
mod usb;
mod write;

use serde::{Deserialize, Serialize};

pub use load::{DEFAULT_FILE, OWN_FILE, Sources};
pub use problem::Problem;
pub use sections::{
    Browser, CacheLimits, Commands, Display, Log, Neighbours, Output, PowerBy, Server, SurfaceKind, Time, TimeBy,
};
pub use usb::{FILE_NAME, Lookout, Stick};
pub use write::set;

/// Everything that can be set on the machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Where the server is, and how it is reached.
    pub server: Server,
    /// What may be kept on disk.
    pub cache: CacheLimits,
    /// What a server may do to the machine.
    pub commands: Commands,
    /// Screens of the same site.
    pub neighbours: Neighbours,
    /// Where the time comes from.
    pub time: Time,
    /// The kiosk browser.
    pub browser: Browser,
    /// Which output is used, and how windows come to it.
    pub output: Output,
    /// The display and its power.
    pub display: Display,
    /// The log.
    pub log: Log,
}
