//! Live values of viewers, and commands to them.

use domain::id::{DeviceId, ScheduleId, ViewerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How a viewer is now.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ViewerStatus {
    /// Which viewer.
    pub viewer: ViewerId,
    /// Whether its device is connected.
    pub online: bool,
    /// Since when it is so, Unix milliseconds; none if it was never seen.
    pub since: Option<i64>,
    /// When it was heard last, Unix milliseconds.
    pub seen: Option<i64>,
    /// Its device.
    pub device: Option<DeviceId>,
    /// What the browser calls itself; of a native viewer its program and system.
    pub user_agent: String,
    /// The machine, as a native viewer tells it; none for browsers, and before its first status.
    pub machine: Option<Box<MachineStatus>>,
    /// Its plan.
    pub plan: Option<PlanStatus>,
    /// What stands on the screen.
    pub shows: Option<Shows>,
    /// `persistent` or `page`; empty if unknown.
    pub storage_level: String,
    /// Bytes that the browser allows.
    pub storage_quota: u64,
    /// Bytes used.
    pub storage_used: u64,
    /// `ok`, `refused` or `unknown`.
    pub sound: String,
    /// Its clock less the server's, milliseconds.
    pub offset_ms: f64,
    /// Files that it lacks.
    pub missing: Vec<MissingFile>,
    /// What went wrong lately, the newest first.
    pub errors: Vec<ViewerError>,
    /// When the newest screenshot came, Unix milliseconds.
    pub screenshot_at: Option<i64>,
}

/// A screenshot that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScreenshotFacts {
    /// When it came, Unix milliseconds; by this it is fetched.
    pub at: i64,
    /// Its length.
    pub bytes: u64,
}

/// How a native viewer's machine is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct MachineStatus {
    /// Version of the viewer's program.
    pub version: String,
    /// The computer's name.
    pub hostname: String,
    /// Network addresses.
    pub addresses: Vec<String>,
    /// Hardware addresses.
    pub macs: Vec<String>,
    /// Hottest sensor in degrees Celsius; none if there is none.
    pub temperature: Option<f32>,
    /// Free bytes of the cache's disk; 0 while it takes no data.
    pub disk_free: u64,
    /// Size of the cache's disk in bytes; 0 = not told.
    pub disk_size: u64,
    /// Free memory in bytes.
    pub memory_free: u64,
    /// Memory in bytes; 0 = not told.
    pub memory_size: u64,
    /// Seconds since the machine started.
    pub uptime: u64,
    /// `on`, `off`, `standby` or `unknown`.
    pub display: String,
    /// Bound of the clock's error, milliseconds.
    pub clock_bound_ms: f64,
    /// Frames that came late between its last two statuses.
    pub frames_dropped: u32,
    /// Bytes that are still to be fetched.
    pub download_left: u64,
    /// Bytes of files that came from servers since the viewer's program started.
    pub fetched_from_servers: u64,
    /// Bytes of files that came from other viewers of its site since the viewer's program started.
    pub fetched_from_neighbours: u64,
    /// What the pixel probe says: `ok`, `black`, `frozen` or `unknown`.
    pub probe: String,
}

/// How far a plan got.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlanStatus {
    /// Id of the plan; empty from when a native viewer was told of a change until it has made its plan.
    pub id: String,
    /// How far.
    pub state: PlanState,
    /// Since when, Unix milliseconds.
    pub at: i64,
}

/// How far a plan got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// It cannot be completed; the one before plays on.
    Incomplete,
    /// All that it needs is local.
    Received,
    /// It went out.
    Sent,
    /// Its first frame stood on the screen.
    Shown,
}

/// What stands on a screen.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Shows {
    /// The row; none for the fallback.
    pub row: Option<ScheduleId>,
    /// Item of its program.
    pub item: String,
}

/// A file that a viewer lacks.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MissingFile {
    /// BLAKE3 of the file.
    pub hash: String,
    /// Name of the media record, if it is one.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// `quota`, `network`, `not_found` or `corrupt`.
    pub why: String,
}

/// Something that went wrong on a viewer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ViewerError {
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub text: String,
    /// When, Unix milliseconds.
    pub at: i64,
}

/// Tells a viewer to do something.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandRequest {
    /// What.
    pub kind: CommandName,
}

/// What a viewer can be told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommandName {
    /// Show its name in large print.
    Identify,
    /// Load the player again.
    Reload,
    /// Send a picture of the screen.
    Screenshot,
}

/// What a viewer answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CommandOutcome {
    /// Id of the command.
    pub command: Uuid,
    /// Whether it was carried out.
    pub ok: bool,
    /// What is to say about it.
    pub text: Option<String>,
}

/// Where a change arrived.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Arrival {
    /// Address of the log entry.
    pub dot: String,
    /// Whether this server has it.
    pub here: bool,
    /// When it was made, Unix milliseconds; none: it is not here, or no longer in the log.
    pub made_at: Option<i64>,
    /// Which servers have it; empty if there is only one.
    pub servers: Vec<crate::server::ServerHas>,
    /// The approved viewers whose plan it altered, in the order of their names; none if the server does not remember, because it was
    /// restarted since or made many changes since.
    pub viewers: Option<Vec<Acknowledged>>,
}

/// How far a change got at one viewer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Acknowledged {
    /// Name of the viewer.
    pub name: String,
    /// Which viewer.
    pub id: ViewerId,
    /// Whether its device is connected.
    pub online: bool,
    /// When a plan with the change, or a later one, was complete there, Unix milliseconds.
    pub received: Option<i64>,
    /// When it stood on the screen, Unix milliseconds.
    pub shown: Option<i64>,
}
