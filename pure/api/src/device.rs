//! Devices: introducing themselves, and being approved.

use domain::card::Mac;
use domain::cell::{Size, ZoneName};
use domain::id::{DeviceId, GroupId, ViewerId};
use domain::stamp::Dot;
use domain::viewer::PlayerKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A browser introduces itself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// Made by the browser at its first start.
    pub device: DeviceId,
    /// 32 random bytes, 64 hexadecimal digits.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub secret: String,
    /// Approves without a person.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub token: Option<String>,
    /// What the server knew that made the device's plan: the last change of each history. Given where the page comes from another server: the device
    /// then only asks whether it is known here, and does not wait for approval.
    #[serde(default)]
    #[schema(value_type = Option<Vec<serde_json::Value>>)]
    pub position: Option<Vec<Dot>>,
}

/// Where a device stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeviceState {
    /// Its state.
    pub state: Approval,
    /// Whether this server knows all that the device's plan was made from.
    pub covers: bool,
}

/// Whether a device may play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// It plays.
    Approved,
    /// It shows a code.
    Pending,
    /// It lost its place.
    Revoked,
}

/// A device that shows a code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PendingDevice {
    /// Its id.
    pub device: DeviceId,
    /// The code on its screen.
    pub code: String,
    /// What the browser or program calls itself.
    pub user_agent: String,
    /// Its screen.
    pub screen: Size,
    /// Its network address.
    pub address: String,
    /// Since when it waits, Unix milliseconds.
    pub since: i64,
    /// What sort of player it runs.
    pub player: PlayerKind,
    /// Name of a native viewer's computer; empty = unknown.
    pub hostname: String,
    /// Serial number of its board; empty = unknown.
    pub serial: String,
    /// Which of its outputs; empty = the only one.
    pub output: String,
    /// Hardware addresses of its network cards.
    pub macs: Vec<Mac>,
}

/// Gives a device its place: an existing viewer, or a new one with a name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The code on its screen.
    pub code: String,
    /// The viewer at which it shall stand; another device there is replaced.
    #[serde(default)]
    pub viewer: Option<ViewerId>,
    /// Name of the new viewer.
    #[serde(default)]
    pub name: Option<String>,
    /// Groups of the new viewer.
    #[serde(default)]
    pub groups: Vec<GroupId>,
    /// Zone of the new viewer.
    #[serde(default)]
    pub zone: Option<ZoneName>,
}
