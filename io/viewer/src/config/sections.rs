//! The settings, section by section. Their explanation for operators stands in `packaging/viewer/viewer.toml`.

use serde::{Deserialize, Serialize};

/// Where the server is, and how it is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Server {
    /// Servers in the order in which they are tried, each as `net::control::Address` reads it.
    pub address: Vec<String>,
    /// SHA-256 of the certificate of the server or of its authority, hexadecimal; empty = the first server is trusted.
    pub fingerprint: String,
    /// An HTTP proxy, `http://[user:password@]host:port`; empty = as the environment says.
    pub proxy: String,
    /// Whether to search the local network.
    pub discovery: bool,
    /// UDP port of discovery.
    pub discovery_port: u16,
    /// Id of the installation to join where several answer; empty = none is chosen.
    pub installation: String,
    /// A one-time token; empty = none.
    pub token: String,
    /// The viewer password; empty = none.
    pub password: String,
    /// Seconds for which the server that the viewer belongs to must be well before the viewer returns to it from another one.
    pub return_after_s: u64,
    /// Seconds over which the returns of many viewers are spread.
    pub return_within_s: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            address: Vec::new(),
            fingerprint: String::new(),
            proxy: String::new(),
            discovery: true,
            discovery_port: 3702,
            installation: String::new(),
            token: String::new(),
            password: String::new(),
            return_after_s: 300,
            return_within_s: 600,
        }
    }
}

impl std::fmt::Debug for Server {
    /// Without the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).field("discovery", &self.discovery).finish_non_exhaustive()
    }
}

/// What may be kept on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CacheLimits {
    /// MiB of all files; 0 = what the disk has, but for the reserve.
    pub quota_mib: u64,
    /// MiB of the disk that stay free.
    pub reserve_mib: u64,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self { quota_mib: 0, reserve_mib: 256 }
    }
}

/// What a server may do to the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Commands {
    /// Any of `reboot`, `shut_down`, `set_setting`.
    pub allow: Vec<String>,
}

/// Screens of the same site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Neighbours {
    /// TCP port at which they are given files, where the server's settings want it; 0 = none are given and none asked for.
    pub port: u16,
    /// Megabits per second that go to all of them together; 0 = as many as go.
    pub mbit_per_second: u64,
}

impl Default for Neighbours {
    fn default() -> Self {
        Self { port: domain::ports::NEIGHBOURS, mbit_per_second: 100 }
    }
}

/// Where the time comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Time {
    /// Whose clock is followed.
    pub mode: TimeBy,
    /// NTP servers, `host` or `host:port`; empty = the Signboard server.
    pub servers: Vec<String>,
    /// Whether NTP clients are answered at port 123.
    pub serve: bool,
    /// UDP port from which servers are asked; 0 = any.
    pub client_port: u16,
}

impl Default for Time {
    fn default() -> Self {
        Self { mode: TimeBy::Auto, servers: Vec::new(), serve: false, client_port: 0 }
    }
}

/// Whose clock is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeBy {
    /// The system's while it is synchronised, else the servers'.
    #[default]
    Auto,
    /// The servers' always.
    Own,
    /// The system's always.
    System,
}

/// The kiosk browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Browser {
    /// The program; empty = the first of `chromium`, `chromium-browser`, `google-chrome` that is there.
    pub program: String,
    /// Further arguments.
    pub arguments: Vec<String>,
    /// MiB beyond which it is started anew; 0 = no limit.
    pub memory_mib: u64,
    /// Seconds of silence after which it is started anew.
    pub patience_s: u64,
}

impl Default for Browser {
    fn default() -> Self {
        Self { program: String::new(), arguments: Vec::new(), memory_mib: 1_500, patience_s: 15 }
    }
}

/// Which output is used, and how windows come to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Output {
    /// Its name, such as `HDMI-1`; empty = the only one.
    pub name: String,
    /// How windows come to it.
    pub surface: SurfaceKind,
    /// The X server or the compositor's socket; empty = as the environment says.
    pub display: String,
    /// Left edge on the desktop in pixels.
    pub x: i32,
    /// Upper edge on the desktop in pixels.
    pub y: i32,
    /// Width in pixels; 0 = as the display server says.
    pub width: u32,
    /// Height in pixels; 0 = as the display server says.
    pub height: u32,
}

/// How windows come to a screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SurfaceKind {
    /// Wayland where `WAYLAND_DISPLAY` is set, else X11.
    #[default]
    Auto,
    /// Without a screen.
    Headless,
    /// A Wayland compositor.
    Wayland,
    /// An X server.
    X11,
}

/// The display and its power.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Display {
    /// How its power is switched.
    pub power: PowerBy,
    /// The device of HDMI-CEC, such as `/dev/cec1`; empty = the first.
    pub cec_device: String,
    /// Whether the computer's clock wakes it for the next time that the display is on.
    pub wake: bool,
    /// Loudness of the computer in per cent; more than 100 = it stays as it is.
    pub volume: u16,
    /// Clockwise: 0, 90, 180 or 270 degrees; 360 = it stays as it is.
    pub rotation: u16,
    /// `WIDTHxHEIGHT` or `WIDTHxHEIGHT@HERTZ`; empty = it stays as it is.
    pub resolution: String,
    /// Seconds between two looks at the picture for being black or frozen; 0 = never.
    pub probe_s: u64,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            power: PowerBy::Off,
            cec_device: String::new(),
            wake: false,
            volume: 101,
            rotation: 360,
            resolution: String::new(),
            probe_s: 60,
        }
    }
}

/// How the power of a display is switched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerBy {
    /// HDMI-CEC.
    Cec,
    /// The display server.
    Dpms,
    /// Not at all.
    #[default]
    Off,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Log {
    /// A filter such as `info` or `info,viewer=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned() }
    }
}
