//! Settings of native viewers that do not decide what plays: display, sound, screenshots, neighbours.

use serde::{Deserialize, Serialize};

use crate::alert::hours_of;
use crate::content::Destination;
use crate::document::{document, take};
use crate::id::{UserId, ViewerId, ViewerSettingsId};
use crate::log::Cells;
use crate::nearest::nearest;
use crate::schedule::When;
use crate::state::State;

document! {
    /// Settings of some native viewers. Each member that is given counts unless a nearer destination gives it too: the viewer's own comes before
    /// those of the groups around it, and these before the one for all. What none gives stands in the viewer's own file.
    ViewerSettings(ViewerSettingsId) = "viewer_settings" {
        /// Whose.
        destination: Option<Destination> = Public,
        /// How the display is switched on and off by the on-hours; none = as elsewhere.
        power: Option<DisplayPower> = Public,
        /// Whether the computer's own clock wakes it for the next on-hours; none = as elsewhere.
        wake: Option<bool> = Public,
        /// Resolution of the output; none = as elsewhere.
        resolution: Option<Resolution> = Public,
        /// Brightness of the display, 1 to 100 per cent; none = as elsewhere.
        brightness: Option<u8> = Public,
        /// Loudness of the computer itself, 0 to 100 per cent; none = as elsewhere.
        loudness: Option<u8> = Public,
        /// Seconds between two screenshots that nobody ordered, 10 to 86,400; 0 = never; none = as elsewhere.
        screenshot_s: Option<u32> = Public,
        /// Whether it gives files to other viewers of its local network, and takes some from them; none = as elsewhere.
        share: Option<bool> = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
    }
}

/// How the power of a display is switched.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisplayPower {
    /// By HDMI-CEC.
    Cec,
    /// By the display server.
    Dpms,
    /// Not at all.
    Off,
}

/// Resolution of an output.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Pixels, 1 to 16,384.
    pub width: u32,
    /// Pixels, 1 to 16,384.
    pub height: u32,
    /// Hertz, 1 to 1,000; none = the display server's choice.
    #[serde(default)]
    pub hertz: Option<u32>,
}

/// What holds for one viewer, as it is told: `Welcome.settings_json` (`docs/protocols/control.md`, section 4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SettingsInForce {
    /// When the display is on: the on-hours of the nearest destination that has any; empty = always.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<When>,
    /// How the display is switched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power: Option<DisplayPower>,
    /// Whether the computer's clock wakes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake: Option<bool>,
    /// Resolution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// Brightness in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brightness: Option<u8>,
    /// Loudness in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness: Option<u8>,
    /// Seconds between two screenshots; 0 = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screenshot_s: Option<u32>,
    /// Whether files are given to and taken from other viewers of the local network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<bool>,
}

impl SettingsInForce {
    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("settings are plain data")
    }

    /// Reads JSON. A member that is missing, or that only a newer version understands, is as if nobody had given it.
    #[must_use]
    pub fn read(json: &str) -> Self {
        let mut members: Cells = serde_json::from_str(json).unwrap_or_default();
        let mut unread = Cells::new();
        Self {
            hours: take(&mut members, &mut unread, "hours"),
            power: take(&mut members, &mut unread, "power"),
            wake: take(&mut members, &mut unread, "wake"),
            resolution: take(&mut members, &mut unread, "resolution"),
            brightness: take(&mut members, &mut unread, "brightness"),
            loudness: take(&mut members, &mut unread, "loudness"),
            screenshot_s: take(&mut members, &mut unread, "screenshot_s"),
            share: take(&mut members, &mut unread, "share"),
        }
    }
}

/// What holds for a viewer.
#[must_use]
pub fn settings_in_force(state: &State, viewer: ViewerId) -> SettingsInForce {
    let hours = if state.on_hours.is_empty() { Vec::new() } else { hours_of(state, viewer).into_iter().cloned().collect() };
    if state.viewer_settings.is_empty() {
        return SettingsInForce { hours, ..SettingsInForce::default() };
    }
    let all = state.viewer_settings.iter().map(|(_, held)| &held.value);
    let reaching = nearest(&state.rows, viewer, all, |one: &ViewerSettings| one.destination);
    SettingsInForce {
        hours,
        power: reaching.iter().find_map(|one| one.power),
        wake: reaching.iter().find_map(|one| one.wake),
        resolution: reaching.iter().find_map(|one| one.resolution),
        brightness: reaching.iter().find_map(|one| one.brightness),
        loudness: reaching.iter().find_map(|one| one.loudness),
        screenshot_s: reaching.iter().find_map(|one| one.screenshot_s),
        share: reaching.iter().find_map(|one| one.share),
    }
}
