//! Messages of the session, as JSON objects with a `type`. Unknown members are ignored.

use domain::cell::Size;
use domain::id::{ServerId, ViewerId};
use domain::stamp::Dot;
use serde::{Deserialize, Serialize};

use crate::plan::PlanFont;
use crate::play::PlayRecord;

/// Version of the session.
pub const PROTOCOL: u32 = 1;
/// WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "signboard.viewer.v1";
/// The longest message from a viewer, in bytes.
pub const MAX_FROM_VIEWER: usize = 1024 * 1024;

/// What a viewer says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromViewer {
    /// First message.
    Hello(Hello),
    /// The plan could not be made complete; the one before plays on.
    Incomplete {
        /// Which plan.
        plan: String,
        /// What is missing.
        missing: Vec<Missing>,
    },
    /// Nothing else to say.
    Ping,
    /// What was played.
    Plays {
        /// The numbering.
        stream: uuid::Uuid,
        /// Records in the order of their numbers.
        records: Vec<PlayRecord>,
    },
    /// All that the plan needs is local, and it is in force.
    Received {
        /// Which plan.
        plan: String,
    },
    /// Outcome of a command.
    Result {
        /// Which command.
        command: uuid::Uuid,
        /// Whether it was carried out.
        ok: bool,
        /// Why not, or what else is to say.
        #[serde(default)]
        text: Option<String>,
        /// A screenshot as a data URL.
        #[serde(default)]
        image: Option<String>,
    },
    /// The first frame of the plan stands on the screen.
    Shown {
        /// Which plan.
        plan: String,
        /// When, Unix milliseconds.
        at: i64,
    },
    /// How it is.
    Status(Status),
    /// Asks for the time.
    Time {
        /// The viewer's clock when it asked, milliseconds.
        t0: f64,
    },
    /// A message of a newer version.
    #[serde(other)]
    Unknown,
}

/// Who speaks, and what it can do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hello {
    /// Version of the session.
    pub protocol: u32,
    /// Version of the player.
    pub player: String,
    /// Screen size.
    pub screen: Size,
    /// What it can keep.
    pub storage: Storage,
    /// `ok`, `refused` or `unknown`.
    pub sound: String,
    /// Whether the page is a secure context.
    pub secure: bool,
    /// What the browser calls itself.
    pub user_agent: String,
    /// The plan that it has complete.
    pub plan: Option<String>,
    /// The browser's language.
    pub language: String,
    /// Number of the session, higher than that of any before; 0 = it does not number them.
    pub epoch: u64,
    /// What the server knew that made the plan: the last change of each history.
    pub position: Vec<Dot>,
}

/// What a viewer can keep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Storage {
    /// `persistent` (survives power-off without server) or `page` (while the page stays open).
    pub level: String,
    /// What the browser allows, in bytes.
    pub quota: u64,
    /// What is used, in bytes.
    pub used: u64,
}

/// A file that a viewer lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Which.
    pub hash: String,
    /// How long it is.
    #[serde(default)]
    pub bytes: u64,
    /// `quota`, `network`, `not_found` or `corrupt`.
    pub why: String,
}

/// How a viewer is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// Plan in force.
    pub plan: Option<String>,
    /// What stands on the screen.
    pub slot: Option<StatusSlot>,
    /// What it can keep.
    pub storage: Storage,
    /// `ok`, `refused` or `unknown`.
    pub sound: String,
    /// Its clock less the server's, milliseconds.
    pub offset_ms: f64,
    /// What went wrong since the last status.
    pub errors: Vec<StatusError>,
    /// Whether the page can be seen.
    pub visible: bool,
}

/// What stands on a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusSlot {
    /// The schedule row; none for the fallback.
    pub row: Option<uuid::Uuid>,
    /// The item.
    pub item: String,
}

/// Something that went wrong on a viewer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusError {
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub text: String,
    /// When, Unix milliseconds.
    pub at: i64,
}

/// What a server says, besides the plan ([`crate::plan::Plan::message`]).
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromServer {
    /// The session ends.
    Bye {
        /// `replaced`, `revoked` or `shutdown`.
        reason: &'static str,
    },
    /// Something to do.
    Command {
        /// Named in the result.
        id: uuid::Uuid,
        /// What.
        kind: CommandKind,
        /// How long, where that matters.
        #[serde(skip_serializing_if = "Option::is_none")]
        seconds: Option<u32>,
        /// Number of the session; none where sessions are not numbered.
        #[serde(skip_serializing_if = "Option::is_none")]
        epoch: Option<u64>,
    },
    /// How files may be fetched, from now on. The rate is kept by the server.
    Download {
        /// Files at a time; 0 = as many as the viewer likes.
        at_once: u32,
        /// When what is not urgent may be fetched; none = always.
        hours: Vec<DownloadHours>,
    },
    /// A message could not be taken.
    Error {
        /// Stable code.
        code: &'static str,
        /// A sentence.
        message: String,
    },
    /// Nothing else to say.
    Ping,
    /// Not approved yet.
    Pairing {
        /// Shown in large print.
        code: String,
        /// Name of the installation.
        installation: String,
        /// Language for the viewer's own pages.
        language: String,
        /// Unix milliseconds.
        server_time: i64,
    },
    /// Records up to here are stored.
    PlaysAck {
        /// The numbering.
        stream: uuid::Uuid,
        /// The last stored number.
        n: u64,
    },
    /// The time.
    Time {
        /// As asked.
        t0: f64,
        /// When the question came, Unix milliseconds.
        t1: i64,
        /// When the answer went, Unix milliseconds.
        t2: i64,
    },
    /// Approved.
    Welcome {
        /// The place.
        viewer: WelcomeViewer,
        /// Name of the installation.
        installation: String,
        /// Language for the viewer's own pages.
        language: String,
        /// Unix milliseconds.
        server_time: i64,
        /// Fonts for the viewer's own pages.
        fonts: Vec<PlanFont>,
        /// The servers; none where a native viewer speaks to its own browser.
        #[serde(flatten)]
        house: Option<House>,
    },
}

/// The servers of an installation, as a viewer has to know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct House {
    /// The server that speaks.
    pub server: ServerId,
    /// Those to which the viewer goes, in their order.
    pub servers: Vec<Place>,
    /// Number of the session, which commands carry; 0 = it has none.
    pub epoch: u64,
    /// For so many seconds the viewer's own server must have been well before the viewer returns to it.
    pub return_after_s: u32,
    /// Over so many seconds the returns of many viewers are spread.
    pub return_within_s: u32,
}

/// Where a server answers browsers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its id.
    pub id: ServerId,
    /// Its name.
    pub name: String,
    /// Addresses by HTTPS and HTTP, each with a slash at its end.
    pub roots: Vec<String>,
}

/// Part of a day, in minutes after midnight of the viewer's zone; passes midnight where it ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DownloadHours {
    /// The first minute.
    pub from: u32,
    /// The first minute after.
    pub until: u32,
}

/// The place that a device stands at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WelcomeViewer {
    /// Its id.
    pub id: ViewerId,
    /// Its name.
    pub name: String,
}

/// What a viewer can be told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    /// Drop the identity and pair again.
    Forget,
    /// Show its name in large print.
    Identify,
    /// Load the player again.
    Reload,
    /// Send a picture of the screen.
    Screenshot,
}
