//! Viewers and devices: the place, and the machine that stands there now.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::cell::{Size, Volume, ZoneName};
use crate::content::Content;
use crate::document::document;
use crate::id::{DeviceId, ServerId, UserId, ViewerId};
use crate::server::InCharge;

document! {
    /// A place where content is shown. It outlives the devices that stand there.
    Viewer(ViewerId) = "viewer" {
        /// Name, shown to people.
        name: String = Public,
        /// Where it hangs, in words.
        location: String = Public,
        /// Its time zone; none = the installation's.
        zone: Option<ZoneName> = Public,
        /// How content is turned.
        rotation: Rotation = Public,
        /// How content of another shape is fitted in.
        fit: Fit = Public,
        /// Loudness of everything on it.
        volume: Volume = Public,
        /// Whether it is silent.
        muted: bool = Public,
        /// What plays where nothing is scheduled; none = the installation's.
        fallback: Option<Content> = Public,
        /// The server that it belongs to: the first that it goes to; none = Main.
        server: Option<ServerId> = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

document! {
    /// A machine with a key. It belongs to a viewer until it is replaced.
    Device(DeviceId) = "device" {
        /// Where it stands.
        viewer: Option<ViewerId> = Public,
        /// What sort of player it runs.
        player: PlayerKind = Public,
        /// SHA-256 of the browser's device secret, 64 hexadecimal digits.
        #[serde(skip)]
        secret_hash: String = Secret,
        /// SHA-256 of the native viewer's public key (SubjectPublicKeyInfo in DER, RFC 5280 section 4.1), 64 hexadecimal digits; empty = a browser.
        key: String = Public,
        /// Name of the native viewer's computer; empty = a browser.
        hostname: String = Public,
        /// Serial number of the computer's board; empty = unknown.
        serial: String = Public,
        /// Which of the computer's outputs it drives; empty = the only one.
        output: String = Public,
        /// When the certificate that it was given last ends, Unix milliseconds; none = a browser.
        certificate_until: Option<i64> = Public,
        /// What the browser calls itself.
        user_agent: String = Public,
        /// Its screen as reported when it was approved.
        screen: Size = Public,
        /// Who approved it.
        approved_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        approved_at: i64 = Public,
        /// The server that it came to last, as that one noted when it was not in charge before; none = nobody noted it yet.
        in_charge: Option<InCharge> = Public,
        /// When it lost its place for good, Unix milliseconds.
        revoked_at: Option<i64> = Public,
    }
}

impl Device {
    /// Whether this is its key: SHA-256 of the public key.
    #[must_use]
    pub fn has_key(&self, key: &[u8; 32]) -> bool {
        self.player == PlayerKind::Native && self.key == key_name(key)
    }
}

impl DeviceId {
    /// The id of the device with this key, SHA-256 of its public key: the same on every server (UUIDv8, RFC 9562 section 5.8).
    #[must_use]
    pub fn of_key(key: &[u8; 32]) -> Self {
        let bytes = key.first_chunk().expect("16 of 32 bytes");
        Self(uuid::Builder::from_custom_bytes(*bytes).into_uuid())
    }
}

/// A key's hash as 64 hexadecimal digits.
#[must_use]
pub fn key_name(key: &[u8; 32]) -> String {
    key.iter().fold(String::with_capacity(64), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

/// Turning of the content, clockwise, in degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Rotation {
    /// Upright.
    #[default]
    None,
    /// A quarter to the right.
    Quarter,
    /// Upside down.
    Half,
    /// A quarter to the left.
    ThreeQuarters,
}

/// Not a multiple of a quarter turn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rotation {0} is not possible: give 0, 90, 180 or 270 degrees")]
pub struct RotationError(u16);

impl TryFrom<u16> for Rotation {
    type Error = RotationError;

    fn try_from(degrees: u16) -> Result<Self, Self::Error> {
        match degrees {
            0 => Ok(Self::None),
            90 => Ok(Self::Quarter),
            180 => Ok(Self::Half),
            270 => Ok(Self::ThreeQuarters),
            other => Err(RotationError(other)),
        }
    }
}

impl From<Rotation> for u16 {
    fn from(rotation: Rotation) -> Self {
        match rotation {
            Rotation::None => 0,
            Rotation::Quarter => 90,
            Rotation::Half => 180,
            Rotation::ThreeQuarters => 270,
        }
    }
}

/// How content is fitted into a screen of another shape.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// All of it, with bars.
    #[default]
    Contain,
    /// No bars, edges cut off.
    Cover,
    /// No bars, nothing cut off, out of proportion.
    Stretch,
}

/// What plays on a device.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlayerKind {
    /// The player in a browser or television.
    #[default]
    Html5,
    /// The native viewer.
    Native,
}
