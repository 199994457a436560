//! Orders: what a viewer can be told to do, and what it says about it (`docs/protocols/control.md` section 4, Commands).
//!
//! An order is delivered until its last report came, also over several sessions; its effect happens once, because viewers remember ids.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::hearing::Hearing;

/// What a viewer can be told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderKind {
    /// Send logs, settings, facts of the system, the plan and the last screenshots in one file.
    BlackBox,
    /// Send the log.
    FetchLogs,
    /// Throw identity and cache away and enrol again.
    Forget,
    /// Listen for magic packets for its own network cards.
    HearWake,
    /// Show its name in large print.
    Identify,
    /// Start the machine again.
    Reboot,
    /// Load anew what is shown.
    Refresh,
    /// Start the viewer's program again.
    Restart,
    /// Send a picture of the screen.
    Screenshot,
    /// Change a setting of the viewer's own file.
    SetSetting,
    /// Switch the machine off.
    ShutDown,
    /// Send a magic packet on the viewer's segment.
    Wake,
}

impl OrderKind {
    /// All kinds, in the order of their names.
    pub const ALL: [Self; 12] = [
        Self::BlackBox,
        Self::FetchLogs,
        Self::Forget,
        Self::HearWake,
        Self::Identify,
        Self::Reboot,
        Self::Refresh,
        Self::Restart,
        Self::Screenshot,
        Self::SetSetting,
        Self::ShutDown,
        Self::Wake,
    ];

    /// Its name in `Command.kind`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BlackBox => "black_box",
            Self::FetchLogs => "fetch_logs",
            Self::Forget => "forget",
            Self::HearWake => "hear_wake",
            Self::Identify => "identify",
            Self::Reboot => "reboot",
            Self::Refresh => "refresh",
            Self::Restart => "restart",
            Self::Screenshot => "screenshot",
            Self::SetSetting => "set_setting",
            Self::ShutDown => "shut_down",
            Self::Wake => "wake",
        }
    }

    /// The kind of that name; none for one that this version does not know.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something that a viewer shall do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Names the run; the same in every delivery.
    pub id: Uuid,
    /// What.
    pub kind: OrderKind,
    /// How long, where that matters, in seconds.
    pub seconds: Option<u32>,
    /// Further arguments by name.
    pub arguments: BTreeMap<String, String>,
    /// After this it is not to be begun any more, Unix milliseconds; none = never too late.
    pub expires: Option<i64>,
}

/// What a viewer said about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// A part of a file that it made; parts come in order, before the last report.
    Attachment(Part),
    /// It was carried out: the last report.
    Done {
        /// What is to say about it.
        text: String,
    },
    /// It was not: the last report.
    Failed {
        /// Stable code, such as `not_allowed`, `not_supported` or `expired`.
        code: String,
        /// A sentence.
        text: String,
    },
    /// It listens for magic packets, and this came so far.
    Hearing(Hearing),
    /// It goes on.
    Running {
        /// Per cent, 0 to 100.
        percent: u8,
        /// What is to say about it.
        text: String,
    },
    /// It was begun.
    Started,
}

impl Report {
    /// Whether nothing follows.
    #[must_use]
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Failed { .. })
    }
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name of the file.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Where these bytes begin.
    pub offset: u64,
    /// At most 256 KiB.
    pub bytes: Vec<u8>,
    /// Whether these are the last.
    pub last: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_names() {
        assert!(OrderKind::ALL.into_iter().all(|kind| OrderKind::of(kind.name()) == Some(kind)));
        assert!(OrderKind::ALL.windows(2).all(|pair| pair[0].name() < pair[1].name()));
        assert_eq!(OrderKind::of("sing"), None);
    }
}
