//! What the rest of the viewer and its screen say to each other.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use control::message::{Missing, StatusError, StatusSlot};
use control::play::PlayRecord;
use domain::cell::{Hash, ZoneName};
use domain::schedule::When;
use serde::{Deserialize, Serialize};

use crate::album::Album;

/// The cache, as the screen sees it.
pub trait Library: Send + Sync {
    /// Where a file lies that is whole and verified; `None` while it is missing.
    fn path(&self, hash: &Hash) -> Option<PathBuf>;

    /// Whether a file is here, as far as is known without reading it: reading all of a large cache would keep the first frame waiting.
    fn has(&self, hash: &Hash) -> bool {
        self.path(hash).is_some()
    }
}

/// The disciplined time in Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a screen is set up. What is not known before the browser starts comes later, through the handle.
#[derive(Clone)]
pub struct ScreenSettings {
    /// The browser and where it keeps its profile.
    pub browser: BrowserSettings,
    /// Where its window stands.
    pub output: OutputSettings,
    /// The time that the player follows.
    pub clock: Clock,
    /// BCP 47 tag for the viewer's own pages until the plan or [`BootFacts`] name another.
    pub language: String,
    /// Where the last pictures are kept that were ordered or looked at for being black or frozen.
    pub album: Album,
    /// How often the picture is looked at for being black or frozen; zero = never.
    pub probe_every: Duration,
}

/// The kiosk browser.
#[derive(Clone, Debug)]
pub struct BrowserSettings {
    /// The program; `None` looks for `chromium`, `chromium-browser` and `google-chrome` along `PATH`.
    pub program: Option<PathBuf>,
    /// More arguments, after our own.
    pub arguments: Vec<String>,
    /// Its profile folder: one per output, made if missing, owned by the user that runs the viewer.
    pub profile: PathBuf,
    /// Memory of all its processes together, in bytes, beyond which it is started anew between two items; 0 = no limit.
    pub memory_limit: u64,
    /// How long the page may say nothing before the browser is started anew. 15 s unless set.
    pub patience: Duration,
}

/// How windows come to a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Surface {
    /// By what the environment says: Wayland where `WAYLAND_DISPLAY` is set, else X11.
    #[default]
    Environment,
    /// Without any screen; for tests.
    Headless,
    /// An X server, such as `:0`.
    X11(String),
    /// A Wayland compositor's socket, such as `wayland-1`.
    Wayland(String),
}

/// One output of the computer.
#[derive(Clone, Debug, Default)]
pub struct OutputSettings {
    /// Its name, such as `HDMI-1`; `None` = the only one.
    pub name: Option<String>,
    /// How windows come to it.
    pub surface: Surface,
    /// Its upper left corner on the desktop, in pixels; `None` asks the display server where the output of that name stands.
    pub position: Option<(i32, i32)>,
    /// Its width and height in pixels; `None` asks the display server, and takes 1920 by 1080 where it does not answer.
    pub size: Option<(u32, u32)>,
}

/// How the power of a display is switched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerMeans {
    /// HDMI-CEC, by `cec-ctl`.
    Cec,
    /// The display server: `xset` under X11, `wlopm` or `wlr-randr` under Wayland.
    Dpms,
    /// Not at all.
    #[default]
    Off,
}

/// Width and height in pixels, and the refresh rate in hertz where it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Hertz; `None` = the display server's choice.
    pub rate: Option<u32>,
}

/// What a display is set to. `None` leaves what is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisplaySettings {
    /// How its power is switched.
    pub power: PowerMeans,
    /// The device for HDMI-CEC, such as `/dev/cec1`; empty = the first.
    pub cec_device: String,
    /// When it is on, as in the schedule; empty = always.
    pub hours: Vec<When>,
    /// The viewer's zone; `None` = UTC.
    pub zone: Option<ZoneName>,
    /// Let the computer's clock wake it for the next time that the display is on, where it has one that can.
    pub wake: bool,
    /// Loudness of the computer, 0 to 100 per cent.
    pub volume: Option<u8>,
    /// Brightness of the display, 1 to 100 per cent.
    pub brightness: Option<u8>,
    /// Clockwise: 0, 90, 180 or 270 degrees. For displays that hang turned and whose plan does not turn already.
    pub rotation: Option<u16>,
    /// Resolution.
    pub mode: Option<Mode>,
}

/// Why there is nothing to play yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BootState {
    /// No server was found so far.
    Searching,
    /// A server answered; a person has to approve the code.
    Pending,
    /// The server refused; [`BootFacts::remedy`] says what to do.
    Refused,
    /// Several installations answered, and none was joined.
    Several,
    /// The server was there and is gone, and nothing is kept to play.
    Lost,
}

/// What was tried, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// What, such as `192.168.1.5:7237`.
    pub what: String,
    /// How it went: a sentence in the page's language.
    pub outcome: String,
}

/// Everything that the boot page tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BootFacts {
    /// Why the page stands there.
    pub state: BootState,
    /// The code to approve, while [`BootState::Pending`].
    pub code: Option<String>,
    /// The screen's name, where it has one.
    pub name: Option<String>,
    /// The computer's name.
    pub host_name: String,
    /// Network addresses.
    pub addresses: Vec<String>,
    /// Hardware addresses.
    pub macs: Vec<String>,
    /// How the clock is set, such as `NTP, within 3 ms`; empty = unknown. The time itself the page knows.
    pub clock: String,
    /// What was tried, the newest first. The page shows as many as have room.
    pub tried: Vec<Attempt>,
    /// What a person can do: a sentence or two in the page's language; `None` = the page says what fits the state.
    pub remedy: Option<String>,
    /// Names of the installations that answered, each with an address.
    pub installations: Vec<String>,
    /// Name of the server or installation that was reached; `None` = none so far.
    pub installation: Option<String>,
    /// BCP 47 tag.
    pub language: String,
}

/// What the picture looks like beside what it should show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Nearly all is black although the content is not.
    pub black: bool,
    /// Nothing changes although something should.
    pub frozen: bool,
}

/// Why the browser or its page was started anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestartCause {
    /// The browser ended; its exit status in words.
    Exited(String),
    /// Its page crashed.
    Crashed,
    /// It said nothing for so long.
    Frozen(Duration),
    /// It used more memory than it may, in bytes.
    Memory(u64),
    /// The page could not be loaded; the browser's own words.
    NotLoaded(String),
    /// Somebody asked for it.
    Asked,
}

impl fmt::Display for RestartCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(how) => write!(f, "the browser ended ({how})"),
            Self::Crashed => f.write_str("the page crashed"),
            Self::Frozen(silence) => write!(f, "the page said nothing for {} s", silence.as_secs()),
            Self::Memory(bytes) => write!(f, "the browser used {} MiB", bytes / (1024 * 1024)),
            Self::NotLoaded(text) => write!(f, "the page could not be loaded ({text})"),
            Self::Asked => f.write_str("it was asked for"),
        }
    }
}

/// What a screen tells.
#[derive(Clone, Debug, PartialEq)]
pub enum ScreenEvent {
    /// All that this plan needs is there, and it is in force.
    Received {
        /// Id of the plan.
        plan: String,
    },
    /// The first frame of this plan stands on the screen.
    Shown {
        /// Id of the plan.
        plan: String,
        /// When, Unix milliseconds.
        at: i64,
    },
    /// The player cannot complete this plan; the one before plays on.
    Incomplete {
        /// Id of the plan.
        plan: String,
        /// What the library does not have.
        missing: Vec<Missing>,
    },
    /// What was played. `n` counts within one life of the page: number the records anew. Each is told once.
    Plays(Vec<PlayRecord>),
    /// How it is; every 15 s and on change.
    Status {
        /// Id of the plan in force.
        plan: Option<String>,
        /// What stands on the screen.
        slot: Option<StatusSlot>,
        /// `ok`, `refused` or `unknown`.
        sound: String,
        /// Frames dropped since the screen started.
        frames_dropped: u64,
    },
    /// Something went wrong; the screen goes on.
    Trouble(StatusError),
    /// The browser or its page was started anew.
    Restarted(RestartCause),
    /// The display was switched.
    Display {
        /// Whether it is on.
        on: bool,
    },
    /// The picture turned black, froze, or is well again.
    Probe(Look),
}

/// Why a screen could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScreenError {
    /// The loopback server could not listen.
    #[error("The player cannot be served on 127.0.0.1: {0}. Free a port or allow loopback sockets.")]
    Listen(String),
    /// There is no browser.
    #[error("No browser was found: {0}. Install the package chromium, or set browser.program.")]
    NoBrowser(String),
    /// The browser is starting, or did not answer in time.
    #[error("The browser does not answer: {0}. It is started anew if this stays.")]
    Silent(String),
    /// The screen was stopped.
    #[error("The screen was stopped.")]
    Stopped,
}
