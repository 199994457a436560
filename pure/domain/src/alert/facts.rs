//! What is known of one viewer or server when it is judged.

use serde_json::{Value, json};

use super::AlertKind;
use crate::id::ServerId;

/// What is known of one viewer or server. Times are Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// Whether its device is connected.
    pub online: bool,
    /// Since when it is so; for an absent one at the earliest the start of the server.
    pub since: i64,
    /// Since when its on-hours run; none = it need not be on now.
    pub on_since: Option<i64>,
    /// What the pixel probe says.
    pub probe: Probe,
    /// Its disk, if it told.
    pub disk: Option<Disk>,
    /// Its clock less the server's in milliseconds, if it told.
    pub clock_offset_ms: Option<f64>,
    /// When its certificate ends, if it has one.
    pub certificate_until: Option<i64>,
    /// Since when its plan cannot be completed; none = it is complete.
    pub incomplete_since: Option<i64>,
    /// How many of its files are spoilt and not yet mended; none for a viewer.
    pub spoilt: Option<u64>,
    /// The server that looks after the viewer and is silent, which is why nothing is known; none otherwise.
    pub silent: Option<ServerId>,
}

/// What a comparison of the screenshot with what should be visible says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probe {
    /// Nothing is known.
    #[default]
    Unknown,
    /// What should be visible is visible.
    Ok,
    /// Everything is black.
    Black,
    /// Nothing moves.
    Frozen,
}

/// A disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Free bytes.
    pub free: u64,
    /// All bytes; never 0.
    pub size: u64,
}

impl Probe {
    /// Reads what a viewer says; words of newer versions say nothing.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "ok" => Self::Ok,
            "black" => Self::Black,
            "frozen" => Self::Frozen,
            _ => Self::Unknown,
        }
    }
}

impl Disk {
    /// A disk of that size; none where the size is not known.
    #[must_use]
    pub fn of(free: u64, size: u64) -> Option<Self> {
        (size > 0).then_some(Self { free: free.min(size), size })
    }

    /// How much is free, in thousandths.
    #[must_use]
    pub fn free_thousandths(self) -> u64 {
        u64::try_from(u128::from(self.free) * 1_000 / u128::from(self.size)).unwrap_or(1_000)
    }
}

impl Default for Facts {
    /// A connected viewer that tells nothing, within its on-hours.
    fn default() -> Self {
        Self {
            online: true,
            since: 0,
            on_since: Some(i64::MIN),
            probe: Probe::Unknown,
            disk: None,
            clock_offset_ms: None,
            certificate_until: None,
            incomplete_since: None,
            spoilt: None,
            silent: None,
        }
    }
}

impl Facts {
    /// The numbers behind an alert, for its record.
    #[must_use]
    pub fn numbers(&self, kind: AlertKind) -> Value {
        match kind {
            AlertKind::Clock => json!({ "offset_ms": self.clock_offset_ms.map(f64::round) }),
            AlertKind::Certificate => json!({ "until": self.certificate_until }),
            AlertKind::Disk => json!({ "free": self.disk.map(|d| d.free), "size": self.disk.map(|d| d.size) }),
            AlertKind::Spoilt => json!({ "files": self.spoilt }),
            AlertKind::Black | AlertKind::Content | AlertKind::Frozen | AlertKind::Offline => json!({}),
        }
    }
}
