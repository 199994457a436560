//! How native viewers come to their places without a person at each.

use domain::id::{EnrolmentTokenId, GroupId, ViewerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How native viewers may enrol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnrolmentView {
    /// Whether machines of the list are approved without a person.
    pub by_list: bool,
    /// Whether every machine is approved without a person, and its screen named after the computer.
    pub automatic: bool,
    /// Whether machines must bring a password to be approved without a person.
    pub has_password: bool,
    /// SHA-256 of the device authority's certificate in DER, 64 hexadecimal digits: what `server.fingerprint` of a native viewer may be set to.
    pub fingerprint: String,
    /// Port of the control protocol.
    pub control_port: u16,
}

/// Changes how native viewers may enrol; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentChange {
    /// Whether machines of the list are approved without a person.
    #[serde(default)]
    pub by_list: Option<bool>,
    /// Whether every machine is approved without a person.
    #[serde(default)]
    pub automatic: Option<bool>,
    /// The password that machines must bring to be approved without a person; empty = none.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub password: Option<String>,
}

/// Makes a token by which machines enrol.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnrolmentToken {
    /// What it is for, in words.
    pub name: String,
    /// The screen at which the machine shall stand; none = a new one, named after the computer.
    #[serde(default)]
    pub viewer: Option<ViewerId>,
    /// The group in which a new screen is put.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// How many machines may use it; 1 if left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub uses: Option<u32>,
    /// When it ends, Unix milliseconds; none = never.
    #[serde(default)]
    pub expires_at: Option<i64>,
}

/// A new token; its secret is shown this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MadeEnrolmentToken {
    /// Id of the token.
    pub id: EnrolmentTokenId,
    /// What a machine brings.
    pub secret: String,
}

/// One line of a list of expected machines.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedLine {
    /// Serial number of its board; may be empty where there is a hardware address.
    #[serde(default)]
    pub serial: String,
    /// Hardware address of one of its network cards; may be empty where there is a serial number.
    #[serde(default)]
    pub mac: String,
    /// Name of its screen; empty = the computer's.
    #[serde(default)]
    pub name: String,
    /// Name or id of the group in which its screen is put; empty = none.
    #[serde(default)]
    pub group: String,
}

/// What became of a list of expected machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExpectedTaken {
    /// How many were new.
    pub made: usize,
    /// How many were expected already.
    pub known: usize,
}
