//! The answer of the timetable: slots.

use std::sync::Arc;

use super::program::Program;
use crate::id::{ScheduleId, ViewerId};

/// For what the timetable is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The viewer. One that does not exist has the installation's zone and fallback, and the rows for all.
    pub viewer: ViewerId,
}

impl Target {
    /// The whole screen of a viewer.
    #[must_use]
    pub fn screen(viewer: ViewerId) -> Self {
        Self { viewer }
    }
}

/// A time in which the same thing plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// First instant, Unix milliseconds.
    pub from: i64,
    /// First instant after.
    pub until: i64,
    /// From where the position is counted: the start of the occurrence before it was trimmed.
    pub anchor: i64,
    /// Why it plays.
    pub playing: Playing,
    /// What plays; never empty.
    pub program: Arc<Program>,
    /// Whether an emergency row brought it.
    pub emergency: bool,
}

/// Why something plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playing {
    /// A row of the schedule.
    Row(ScheduleId),
    /// Nothing is scheduled: the viewer's or the installation's fallback.
    Fallback,
    /// Nothing is scheduled and there is no fallback that could play: the player's own page.
    Standby,
}

impl Playing {
    /// The row; none where nothing is scheduled.
    #[must_use]
    pub fn row(self) -> Option<ScheduleId> {
        match self {
            Self::Row(row) => Some(row),
            Self::Fallback | Self::Standby => None,
        }
    }
}

impl Slot {
    /// Whether `other` is the same occurrence with the same items, at whatever time.
    #[must_use]
    pub fn continues_as(&self, other: &Self) -> bool {
        self.playing == other.playing
            && self.anchor == other.anchor
            && self.emergency == other.emergency
            && (Arc::ptr_eq(&self.program, &other.program) || self.program == other.program)
    }
}
