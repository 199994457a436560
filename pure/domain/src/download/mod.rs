//! How viewers may fetch what they need: rate, how many at a time, and the hours for what is not urgent.

mod bucket;
mod urgent;

pub use bucket::Bucket;
pub use urgent::is_urgent;

use serde::{Deserialize, Serialize};

use crate::content::Destination;
use crate::document::document;
use crate::id::{DownloadRuleId, UserId, ViewerId};
use crate::nearest::nearest;
use crate::schedule::Window;
use crate::state::State;

document! {
    /// Limits for the downloads of some viewers. Each member that is given counts unless a nearer destination gives it too: the viewer's own
    /// comes before those of the groups around it, and these before the one for all.
    DownloadRule(DownloadRuleId) = "download_rule" {
        /// For whom.
        destination: Option<Destination> = Public,
        /// Bytes per second of one viewer; 0 = unlimited; none = as elsewhere.
        bytes_per_second: Option<u64> = Public,
        /// How many files at a time; 0 = as many as the viewer likes; none = as elsewhere.
        at_once: Option<u32> = Public,
        /// When what is not urgent may be fetched, in the viewer's zone; none = as elsewhere.
        hours: Option<Hours> = Public,
        /// Bytes per second that the server sends to all viewers together; only in the rule for all; 0 and none = unlimited.
        all_bytes_per_second: Option<u64> = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
    }
}

/// When something may be fetched.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// At any time.
    Always,
    /// In this part of each day.
    Daily(Window),
}

/// What holds for one viewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Bytes per second; 0 = unlimited.
    pub bytes_per_second: u64,
    /// Files at a time; 0 = as many as it likes.
    pub at_once: u32,
    /// Minutes after midnight of the viewer's zone between which what is not urgent may be fetched, passing midnight where the second is not
    /// larger; none = always.
    pub hours: Option<(u32, u32)>,
}

/// What holds for a viewer.
#[must_use]
pub fn policy(state: &State, viewer: ViewerId) -> Policy {
    if state.download_rules.is_empty() {
        return Policy::default();
    }
    let rules = state.download_rules.iter().map(|(_, held)| &held.value);
    let rules = nearest(&state.rows, viewer, rules, |rule: &DownloadRule| rule.destination);
    let minutes = |time: jiff::civil::Time| u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs());
    let hours = match rules.iter().find_map(|rule| rule.hours) {
        Some(Hours::Daily(window)) => Some((minutes(window.start), minutes(window.end))),
        Some(Hours::Always) | None => None,
    };
    Policy {
        bytes_per_second: rules.iter().find_map(|rule| rule.bytes_per_second).unwrap_or(0),
        at_once: rules.iter().find_map(|rule| rule.at_once).unwrap_or(0),
        hours,
    }
}

/// Bytes per second that the server sends to all viewers together; 0 = unlimited.
#[must_use]
pub fn all_bytes_per_second(state: &State) -> u64 {
    let rules = state.download_rules.iter().map(|(_, held)| &held.value);
    rules.filter(|rule| rule.destination == Some(Destination::All)).find_map(|rule| rule.all_bytes_per_second).unwrap_or(0)
}
