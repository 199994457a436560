//! Schedule rows: what plays where, when and how important it is.

use jiff::civil::{DateTime, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::cell::ZoneName;
use crate::content::{Content, Destination};
use crate::document::document;
use crate::id::{PriorityId, ScheduleId, UserId};

document! {
    /// One row of the schedule.
    Schedule(ScheduleId) = "schedule" {
        /// Name, shown to people; empty = the content's.
        name: String = Public,
        /// What plays.
        content: Option<Content> = Public,
        /// Where.
        destination: Option<Destination> = Public,
        /// When.
        when: When = Public,
        /// How important; none counts below every level.
        priority: Option<PriorityId> = Public,
        /// Order among rows of equal priority, the larger wins; none = `made_at`, so that the newest wins.
        order: Option<i64> = Public,
        /// Whether it stands above every priority. Such a row always has an end.
        emergency: bool = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

impl Schedule {
    /// Order among rows of equal priority: as raised or lowered, else by age.
    #[must_use]
    pub fn effective_order(&self) -> i64 {
        self.order.unwrap_or(self.made_at)
    }
}

/// A row's time: start, end, zone and recurrence change together.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// First moment, civil time in `zone`.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "2026-11-22T07:00:00"))]
    pub from: DateTime,
    /// First moment after; none = open end.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, example = "2026-11-22T07:00:00"))]
    pub until: Option<DateTime>,
    /// Zone in which the civil times count; none = each viewer's own.
    pub zone: Option<ZoneName>,
    /// How it repeats between `from` and `until`; none = throughout.
    pub recurrence: Option<Recurrence>,
}

/// How a row repeats.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    /// On days of the week.
    Weekly(Weekly),
}

/// Repeats on days of the week (RFC 5545 section 3.3.10, FREQ=WEEKLY with INTERVAL and BYDAY, weeks from Monday).
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly {
    /// Every how many weeks, 1 to 52, counted from the week of `from`.
    pub every: u16,
    /// On which days; at least one.
    pub days: Weekdays,
    /// Part of the day; none = the whole day.
    pub window: Option<Window>,
}

/// A part of the day. An end that is not after the start lies on the next day.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First moment.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "07:00:00"))]
    pub start: Time,
    /// First moment after.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "11:00:00"))]
    pub end: Time,
}

/// A set of days of the week, written as a list of RFC 5545 codes: `["mo", "fr"]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Weekdays(u8);

/// Codes from Monday on.
const CODES: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

/// Not a day of the week.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day: give mo, tu, we, th, fr, sa or su")]
pub struct WeekdaysError(String);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0x7f);

    /// Whether the day belongs to the set.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }

    /// Whether no day belongs to the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<T: IntoIterator<Item = Weekday>>(days: T) -> Self {
        Self(days.into_iter().fold(0, |set, day| set | 1 << day.to_monday_zero_offset()))
    }
}

impl TryFrom<Vec<String>> for Weekdays {
    type Error = WeekdaysError;

    fn try_from(codes: Vec<String>) -> Result<Self, Self::Error> {
        codes.into_iter().try_fold(Self(0), |set, code| match CODES.iter().position(|known| *known == code) {
            Some(day) => Ok(Self(set.0 | 1 << day)),
            None => Err(WeekdaysError(code.chars().take(20).collect())),
        })
    }
}

impl From<Weekdays> for Vec<String> {
    fn from(days: Weekdays) -> Self {
        CODES.iter().enumerate().filter(|(day, _)| days.0 & (1 << day) != 0).map(|(_, code)| (*code).to_owned()).collect()
    }
}
