//! The servers of an installation, and how far each is.

use domain::cell::ZoneName;
use domain::id::{ServerId, ServerInvitationId};
use domain::line_limit::LineLimit;
use domain::server::{Keeps, ServerAddress, ServerRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All servers, as the one that answers sees them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServersView {
    /// The server that answers.
    pub own: ServerId,
    /// Whether this server has joined an installation whose state has not come yet.
    pub joining: bool,
    /// Why the state has not come, in words for people; empty: it is on its way, or has come.
    pub why: String,
    /// The Main, as far as the one that answers knows; none: it is the only server, or its state has not come yet.
    pub main: Option<ServerId>,
    /// Whether the one that answers can be made the Main.
    pub may_lead: bool,
    /// Whether the one that answers waits for a server that has the entries which its disk lost.
    pub waits_for_lost: bool,
    /// The servers, the one that answers first.
    pub servers: Vec<ServerView>,
    /// The files that the one that answers should have and has not.
    pub missing: MissingFiles,
    /// How the files of the one that answers are.
    pub check: MediaCheck,
    /// Who takes over when the Main falls silent.
    pub succession: Succession,
}

/// Who takes over when the Main falls silent, as far as the server that answers knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Succession {
    /// The servers that vote; none = no server becomes the Main by itself.
    pub voters: Vec<ServerId>,
    /// After so many seconds without the Main.
    pub seconds: u32,
    /// The first in the order that is connected, and so takes over; none: nobody votes, or none of them is connected.
    pub next: Option<ServerId>,
    /// The largest number of a promotion or a vote that is known.
    pub term: u32,
    /// Whether most of those who voted before a change know of it; until then most of them must agree too.
    pub settled: bool,
    /// The voters that the one that answers cannot ask: not connected, or of an older version.
    pub unreached: Vec<ServerId>,
    /// Whether the one that answers is the Main and has heard most voters lately. If it has not, it does nothing that only the Main does. None: it
    /// is not the Main, or nobody votes.
    pub heard: Option<bool>,
    /// For how many seconds the one that answers, a voter, has not heard the Main; none: it does not vote, or is the Main.
    pub silent_s: Option<u64>,
}

/// Names the servers that vote for the Main.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVoters {
    /// Three, five, seven or nine servers; none = no server becomes the Main by itself.
    pub servers: Vec<ServerId>,
    /// After so many seconds without the Main one takes over, 20 to 3,600.
    #[serde(default = "a_minute")]
    pub seconds: u32,
}

fn a_minute() -> u32 {
    60
}

/// The last or present reading of all files of a server, to see whether one was spoilt on the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct MediaCheck {
    /// When it began, Unix milliseconds; none: never yet.
    pub began: Option<i64>,
    /// When it ended; none: it goes on, or never began.
    pub ended: Option<i64>,
    /// How many files were read.
    pub files: u64,
    /// What was found spoilt, in this reading and earlier ones; the last is the newest.
    pub spoilt: Vec<SpoiltFile>,
}

/// A file that was not what it should be, and was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpoiltFile {
    /// BLAKE3 of what it should be, 64 hexadecimal digits.
    pub hash: String,
    /// Name of the media; empty: no record names it any more, or it is a body.
    pub name: String,
    /// When it was found, Unix milliseconds.
    pub at: i64,
    /// When the right one had come from another server, Unix milliseconds; none: it has not.
    pub mended_at: Option<i64>,
}

/// Files that a server should have by its record and has not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingFiles {
    /// How many.
    pub files: u64,
    /// Their bytes, as far as their length is known.
    pub bytes: u64,
    /// How many of them screens need.
    pub needed: u64,
    /// Why some could not be had when they were tried last, in words for people; a few of them.
    pub why: Vec<String>,
}

/// How a server stands to the one that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerState {
    /// It is the one that answers.
    Own,
    /// Both have each other's changes, or are exchanging them.
    Connected,
    /// They are connected, and something keeps changes back: `why` says what.
    Held,
    /// There is no session: `why` says what was tried.
    NotConnected,
    /// The two hold no session; their changes travel through others.
    Indirect,
    /// It was taken out for good.
    Retired,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServerView {
    /// Which.
    pub id: ServerId,
    /// Version of its document, for `If-Match`.
    pub version_tag: String,
    /// Name, shown to people.
    pub name: String,
    /// Its role.
    pub role: ServerRole,
    /// When it was made the Main last, Unix milliseconds; none: it never was, or it is the first one.
    pub promoted_at: Option<i64>,
    /// Whether it was the Main before another one was promoted.
    pub led_before: bool,
    /// The server that it follows besides Main, or stands in for; none = Main.
    pub parent: Option<ServerId>,
    /// Whether people may only look at things on it.
    pub read_only: bool,
    /// Version of its program.
    pub version: String,
    /// Where it answers.
    pub addresses: Vec<ServerAddress>,
    /// When it joined, Unix milliseconds.
    pub joined_at: i64,
    /// When it was taken out, Unix milliseconds; none = it was not.
    pub retired_at: Option<i64>,
    /// How it stands to the one that answers.
    pub state: ServerState,
    /// Why it is not connected, or what keeps changes back, in words for people; empty: nothing is wrong.
    pub why: String,
    /// Whether the two have different histories of one server, so that people must say which of them is right.
    pub fork: bool,
    /// Operations that are here, durably, and not there; exact. None: the log no longer reaches back so far, and it will get the state.
    pub pending_out: Option<u64>,
    /// When the oldest of them was made, Unix milliseconds by its author's clock; none: nothing is pending.
    pub oldest_out_at: Option<i64>,
    /// Operations that are there and not here, as it said last; none: it has not said.
    pub pending_in: Option<u64>,
    /// When it was heard last, Unix milliseconds; none: never since this server started.
    pub last_seen: Option<i64>,
    /// By which way the two are connected: `control`, `https`, `http`, or `called` where the other one dialled; none: they are not.
    pub way: Option<String>,
    /// The other end of the connection; none: they are not connected.
    pub address: Option<String>,
    /// Since when they are connected, Unix milliseconds; none: they are not.
    pub since: Option<i64>,
    /// How far the other clock is ahead, milliseconds; none: not known yet.
    pub clock_offset_ms: Option<i64>,
    /// The shortest of the last round trips, milliseconds; none: not known yet.
    pub round_trip_ms: Option<i64>,
    /// Free bytes on its data disk; none: not known yet.
    pub free_disk: Option<u64>,
    /// Files that it lacks; none: it has not said.
    pub files_missing: Option<u64>,
    /// Their bytes, as far as their length is known; none: it has not said.
    pub bytes_missing: Option<u64>,
    /// Play records and events of screens that wait there for the Main; none: it has not said.
    pub records_waiting: Option<u64>,
    /// Those that were dropped there before the Main had them; none: it has not said.
    pub records_dropped: Option<u64>,
    /// The place where it stands; servers of one place fetch files from each other first.
    pub site: String,
    /// Which media it keeps, as it was set.
    pub keeps: Keeps,
    /// Zone in which the hours of its limits count; none = the installation's.
    #[schema(value_type = Option<String>)]
    pub zone: Option<ZoneName>,
    /// How fast files may travel between it and each other server.
    pub limits: Vec<LineLimit>,
    /// Bytes per second of files that the one that answers may receive from it at this hour; 0 = only what is urgent; none = unlimited.
    pub receive_limit: Option<u64>,
    /// The same for what is sent to it.
    pub send_limit: Option<u64>,
    /// Bytes of files that came from it since the one that answers started.
    pub files_received: u64,
    /// The same for what was sent to it.
    pub files_sent: u64,
}

/// The last day of all servers.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServerHistory {
    /// What a sample stands for, milliseconds: the worst of that time.
    pub step_ms: i64,
    /// The servers.
    pub servers: Vec<ServerPast>,
}

/// The last day of a server, as the one that answers saw it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServerPast {
    /// Which.
    pub id: ServerId,
    /// The oldest first. There is none for a time in which the server that answers did not run.
    pub samples: Vec<ServerSample>,
}

/// How a server was.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServerSample {
    /// When the time began that this stands for, Unix milliseconds.
    pub at: i64,
    /// Whether the two were connected all the time.
    pub connected: bool,
    /// As in the overview.
    pub pending_out: Option<u64>,
    /// As in the overview.
    pub pending_in: Option<u64>,
    /// As in the overview.
    pub files_missing: Option<u64>,
    /// As in the overview.
    pub records_waiting: Option<u64>,
}

/// Whether a server has a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServerHas {
    /// Which server.
    pub id: ServerId,
    /// Its name.
    pub name: String,
    /// Whether it has the change, durably; none: the two exchange nothing directly, so only a server between knows.
    pub has: Option<bool>,
    /// Whether it is connected to the server that answers, or is that server.
    pub connected: bool,
}

/// Makes a one-time token by which a server joins.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServerToken {
    /// Name that the server will have; empty = that of its computer.
    #[serde(default)]
    pub name: String,
    /// Role that it will have: `sub` or `backup`.
    #[serde(default)]
    pub role: ServerRole,
    /// The server that it will follow besides Main, or stand in for; none = Main.
    #[serde(default)]
    pub parent: Option<ServerId>,
    /// Whether people may only look at things on it.
    #[serde(default)]
    pub read_only: bool,
}

/// Makes the server that is asked the Main.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// Whether the present Main hands over in order; otherwise this server takes over whatever the other one does.
    #[serde(default)]
    pub planned: bool,
}

/// Who is the Main now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Promoted {
    /// The Main.
    pub main: ServerId,
    /// Counts promotions.
    pub epoch: u32,
}

/// A new token; it is shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MadeServerToken {
    /// The invitation.
    pub id: ServerInvitationId,
    /// What the new server is given: `signboard join TOKEN`.
    pub token: String,
    /// When it ends, Unix milliseconds.
    pub expires_at: i64,
}

/// Joins an installation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// The set-up link's secret of the server that joins.
    pub link: String,
    /// The one-time token that another server made.
    pub token: String,
}

/// A server has joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JoinedInstallation {
    /// Name of the installation.
    pub installation: String,
}
