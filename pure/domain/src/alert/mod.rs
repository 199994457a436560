//! Alerts: what about a viewer or a server should reach a person, decided from facts, rules and the time.
//!
//! [`AlertRules`] says what counts, [`OnHours`] when a viewer should be on, [`Watch`] judges one viewer or
//! server and remembers what is raised, and [`tells_of`] says which server does so for one that is silent.

mod facts;
mod hours;
mod owner;
mod rules;
mod watch;

pub use facts::{Disk, Facts, Probe};
pub use hours::{OnHours, hours_of, on_since};
pub use owner::{looks_after, tells_of};
pub use rules::{
    ALERT_RULES, AlertRules, CertificateRule, ClockRule, ContentRule, DiskRule, OfflineRule, Pace, ProbeRule, SpoiltRule,
    in_force,
};
pub use watch::{Change, Watch};

use serde::{Deserialize, Serialize};

/// What an alert is about.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// The screen is black although something should stand on it.
    Black,
    /// A certificate ends soon.
    Certificate,
    /// The clock is off.
    Clock,
    /// What should play cannot be completed.
    Content,
    /// The disk is nearly full.
    Disk,
    /// The picture does not move although it should.
    Frozen,
    /// The viewer or the server is not connected.
    Offline,
    /// Media of a server were spoilt on its disk.
    Spoilt,
}

impl AlertKind {
    /// All kinds.
    pub const ALL: [Self; 8] =
        [Self::Black, Self::Certificate, Self::Clock, Self::Content, Self::Disk, Self::Frozen, Self::Offline, Self::Spoilt];

    /// Its name in the API, in facts and in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Black => "black",
            Self::Certificate => "certificate",
            Self::Clock => "clock",
            Self::Content => "content",
            Self::Disk => "disk",
            Self::Frozen => "frozen",
            Self::Offline => "offline",
            Self::Spoilt => "spoilt",
        }
    }

    /// The kind of that name; none for names of newer versions.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
