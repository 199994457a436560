//! The installation's rules for alerts: one document with a fixed id.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::AlertKind;
use crate::document::document;
use crate::state::State;

/// The id of the one document with the rules.
pub const ALERT_RULES: Uuid = Uuid::from_u128(0x5167_6e62_6f61_7264_0000_0000_0000_0002);

document! {
    /// What raises an alert, and how people are told.
    AlertRules(Uuid) = "alert_rules" {
        /// Viewers that are not connected.
        offline: OfflineRule = Public,
        /// Screens that are black.
        black: ProbeRule = Public,
        /// Pictures that stand still.
        frozen: ProbeRule = Public,
        /// Plans that cannot be completed.
        content: ContentRule = Public,
        /// Disks that are nearly full.
        disk: DiskRule = Public,
        /// Clocks that are off.
        clock: ClockRule = Public,
        /// Certificates that end soon.
        certificate: CertificateRule = Public,
        /// Media that were spoilt on a server's disk.
        spoilt: SpoiltRule = Public,
        /// How often people are told.
        pace: Pace = Public,
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr,)+ })*) => {$(
        $(#[$doc])*
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }
    )*};
}

rules! {
    /// A viewer that is not connected within its on-hours.
    OfflineRule {
        /// Whether it counts.
        on: bool = true,
        /// For how long, in minutes, 0 to 1,440.
        minutes: u32 = 5,
    }
    /// What the pixel probe finds.
    ProbeRule {
        /// Whether it counts.
        on: bool = true,
        /// For how long, in minutes, 0 to 1,440.
        minutes: u32 = 2,
    }
    /// A plan that cannot be completed.
    ContentRule {
        /// Whether it counts.
        on: bool = true,
        /// For how long, in minutes, 0 to 1,440.
        minutes: u32 = 10,
    }
    /// A disk that is nearly full.
    DiskRule {
        /// Whether it counts.
        on: bool = true,
        /// Below how many per cent free, 1 to 50.
        percent: u32 = 5,
    }
    /// A clock that is off.
    ClockRule {
        /// Whether it counts.
        on: bool = true,
        /// By more than how many milliseconds, 10 to 3,600,000.
        ms: u32 = 2_000,
    }
    /// A certificate that ends soon.
    CertificateRule {
        /// Whether it counts.
        on: bool = true,
        /// Within how many days, 1 to 60.
        days: u32 = 14,
    }
    /// Media that were spoilt on a server's disk.
    SpoiltRule {
        /// Whether it counts.
        on: bool = true,
    }
    /// How often people are told.
    Pace {
        /// Mails wait this long for further alerts, so that many come as one, in seconds, 0 to 3,600.
        gather_s: u32 = 60,
        /// The same alert of the same viewer, raised again within so many minutes, is told only if it is still there after them; 0 to 1,440.
        quiet_minutes: u32 = 30,
        /// While an alert stays, people are reminded every so many hours; 0 = never, at most 720.
        repeat_hours: u32 = 24,
    }
}

impl AlertRules {
    /// Whether alerts of this kind are raised.
    #[must_use]
    pub fn is_on(&self, kind: AlertKind) -> bool {
        match kind {
            AlertKind::Black => self.black.on,
            AlertKind::Certificate => self.certificate.on,
            AlertKind::Clock => self.clock.on,
            AlertKind::Content => self.content.on,
            AlertKind::Disk => self.disk.on,
            AlertKind::Frozen => self.frozen.on,
            AlertKind::Offline => self.offline.on,
            AlertKind::Spoilt => self.spoilt.on,
        }
    }
}

/// The rules in force; their defaults as long as nobody changed any.
#[must_use]
pub fn in_force(state: &State) -> AlertRules {
    state.alert_rules.get(ALERT_RULES).cloned().unwrap_or_default()
}
