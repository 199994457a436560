//! Tasks: what viewers are told to do, once or again and again. A task is a document; how it goes at each viewer is a [`Run`].

mod agenda;
mod due;
mod run;

use serde::{Deserialize, Serialize};

use crate::cell::ZoneName;
use crate::civil::{Wall, Zone};
use crate::content::Destination;
use crate::document::document;
use crate::id::{TaskId, UserId, ViewerId};
use crate::permission::Action;
use crate::rows::Rows;
use crate::schedule::When;

pub use agenda::{Agenda, agenda};
pub use due::due;
pub use run::{GIVEN_UP_MS, Report, Run, RunFile, RunState, run_id};

/// The longest time for which a run may wait for its viewer, in seconds: 30 days.
pub const MAX_EXPIRES_S: u32 = 30 * 86_400;
/// The shortest, in seconds.
pub const MIN_EXPIRES_S: u32 = 10;

document! {
    /// Something that viewers are to do.
    Task(TaskId) = "task" {
        /// Name, shown to people; empty = what is to be done.
        name: String = Public,
        /// What is to be done.
        kind: Option<TaskKind> = Public,
        /// By whom.
        destination: Option<Destination> = Public,
        /// When; none = once, at once. Without recurrence once at `from`; with one at the start of each part of the day, whose end does
        /// not matter.
        when: Option<When> = Public,
        /// Seconds for which a run may wait for its viewer, 10 to 2,592,000; none = a day, or an hour where the task repeats.
        expires_s: Option<u32> = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was called off, Unix milliseconds.
        cancelled_at: Option<i64> = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

/// What a viewer is told to do (`docs/protocols/control.md`, "Commands").
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Send logs, settings, facts of the system, the plan and the last screenshots in one file.
    BlackBox,
    /// Send the end of the log.
    FetchLogs {
        /// How many lines, 1 to 100,000.
        lines: u32,
    },
    /// Show the name in large print.
    Identify {
        /// For how long, 1 to 600 seconds.
        seconds: u32,
    },
    /// Start the machine again.
    Reboot,
    /// Load what is shown anew.
    Refresh,
    /// Start the viewer's program again.
    Restart,
    /// Send a picture of the screen.
    Screenshot,
    /// Change a setting of the viewer's own file.
    SetSetting {
        /// Its name, such as `cache.quota`.
        key: String,
        /// Its value.
        value: String,
    },
    /// Switch the machine off.
    ShutDown,
    /// Wake the machine by magic packets.
    Wake,
}

impl TaskKind {
    /// Its name in the control protocol, such as `fetch_logs`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::BlackBox => "black_box",
            Self::FetchLogs { .. } => "fetch_logs",
            Self::Identify { .. } => "identify",
            Self::Reboot => "reboot",
            Self::Refresh => "refresh",
            Self::Restart => "restart",
            Self::Screenshot => "screenshot",
            Self::SetSetting { .. } => "set_setting",
            Self::ShutDown => "shut_down",
            Self::Wake => "wake",
        }
    }

    /// What somebody must be allowed to do to a viewer to order it. Editors may do what alters nothing about the machine.
    #[must_use]
    pub fn needs(&self) -> Action {
        match self {
            Self::Identify { .. } | Self::Refresh | Self::Screenshot | Self::Wake => Action::Edit,
            Self::BlackBox | Self::FetchLogs { .. } | Self::Reboot | Self::Restart | Self::SetSetting { .. } | Self::ShutDown => {
                Action::Administer
            }
        }
    }

    /// What somebody must be allowed to do to a viewer to open the file that this brings: logs may tell more than pictures.
    #[must_use]
    pub fn opened_by(&self) -> Action {
        if matches!(self, Self::Screenshot) { Action::See } else { Action::Administer }
    }

    /// How long, in seconds, where that matters; 0 elsewhere.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        if let Self::Identify { seconds } = self { *seconds } else { 0 }
    }

    /// Further arguments by name, as the control protocol has them.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::FetchLogs { lines } => vec![("lines", lines.to_string())],
            Self::SetSetting { key, value } => vec![("key", key.clone()), ("value", value.clone())],
            _ => Vec::new(),
        }
    }
}

impl Task {
    /// For how long a run may wait for its viewer, in milliseconds.
    #[must_use]
    pub fn lifetime_ms(&self) -> i64 {
        let repeats = self.when.as_ref().is_some_and(|when| when.recurrence.is_some());
        let seconds = self.expires_s.unwrap_or(if repeats { 3_600 } else { 86_400 });
        i64::from(seconds.clamp(MIN_EXPIRES_S, MAX_EXPIRES_S)) * 1_000
    }

    /// Whether it orders anything: neither called off nor in the trash.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.cancelled_at.is_none() && self.trashed_at.is_none()
    }

    /// Whether all that it orders was due before `at`, Unix milliseconds; give or take the difference of zones, which is a day.
    #[must_use]
    pub fn is_over(&self, at: i64) -> bool {
        let zone = Zone::of(&ZoneName::default());
        let day = crate::civil::DAY_MS;
        let last = match &self.when {
            _ if !self.is_live() => self.made_at,
            None => self.made_at,
            Some(when) if when.recurrence.is_none() => zone.instant(Wall::of(when.from)).saturating_add(day),
            Some(when) => when.until.map_or(i64::MAX, |until| zone.instant(Wall::of(until)).saturating_add(day)),
        };
        last.max(self.made_at) < at
    }

    /// The zone in which its civil times count at a viewer.
    #[must_use]
    pub fn zone_at(&self, rows: &Rows, viewer: ViewerId) -> ZoneName {
        let given = self.when.as_ref().and_then(|when| when.zone.clone());
        let own = || rows.viewers.get(viewer).and_then(|viewer| viewer.zone.clone());
        given.or_else(own).unwrap_or_else(|| rows.installation().zone)
    }

    /// The viewers that it is for, trashed ones left out.
    #[must_use]
    pub fn viewers(&self, rows: &Rows) -> Vec<ViewerId> {
        let is_live = |id: &ViewerId| rows.viewers.get(*id).is_some_and(|viewer| viewer.trashed_at.is_none());
        let all = || rows.viewers.iter().map(|(id, _)| id).filter(is_live);
        match self.destination {
            None => Vec::new(),
            Some(Destination::All) => all().collect(),
            Some(Destination::Group(group)) => all().filter(|id| rows.groups_around(*id).contains(&group)).collect(),
            Some(Destination::Viewer(id)) => Some(id).filter(is_live).into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_are_written_as_the_api_shows_them() {
        for (kind, text) in [
            (TaskKind::Reboot, json!("reboot")),
            (TaskKind::Identify { seconds: 20 }, json!({"identify": {"seconds": 20}})),
            (TaskKind::SetSetting { key: "a.b".into(), value: "1".into() }, json!({"set_setting": {"key": "a.b", "value": "1"}})),
        ] {
            assert_eq!(serde_json::to_value(&kind).unwrap(), text);
            assert_eq!(serde_json::from_value::<TaskKind>(text).unwrap(), kind);
        }
    }

    #[test]
    fn a_task_is_over_when_nothing_can_be_due_any_more() {
        const DAY: i64 = 86_400_000;
        let with = |when| Task { when: serde_json::from_value(when).unwrap(), made_at: DAY, ..Task::default() };
        let weekly = |until| {
            let rule = json!({"weekly": {"every": 1, "days": ["mo"], "window": null}});
            with(json!({"from": "1970-01-01T00:00:00", "until": until, "zone": null, "recurrence": rule}))
        };
        let once = with(json!({"from": "1970-01-11T00:00:00", "until": null, "zone": null, "recurrence": null}));
        assert!(!with(json!(null)).is_over(DAY) && with(json!(null)).is_over(DAY + 1));
        assert!(!once.is_over(11 * DAY) && once.is_over(12 * DAY));
        assert!(!weekly(json!(null)).is_over(i64::MAX));
        assert!(
            !weekly(json!("1970-01-11T00:00:00")).is_over(11 * DAY) && weekly(json!("1970-01-11T00:00:00")).is_over(12 * DAY)
        );
        assert!(Task { cancelled_at: Some(2), ..weekly(json!(null)) }.is_over(2 * DAY));
    }

    #[test]
    fn what_touches_the_machine_is_for_administrators() {
        for kind in [TaskKind::Identify { seconds: 1 }, TaskKind::Refresh, TaskKind::Screenshot, TaskKind::Wake] {
            assert_eq!(kind.needs(), Action::Edit, "{}", kind.name());
        }
        for kind in
            [TaskKind::Reboot, TaskKind::ShutDown, TaskKind::Restart, TaskKind::BlackBox, TaskKind::FetchLogs { lines: 1 }]
        {
            assert_eq!(kind.needs(), Action::Administer, "{}", kind.name());
            assert_eq!(kind.opened_by(), Action::Administer, "{}", kind.name());
        }
    }
}
