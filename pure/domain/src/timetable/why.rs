//! The reasons for what plays at an instant.

use super::playable::Nothing;
use super::position::Position;
use super::program::Program;
use super::slot::Playing;
use crate::id::{GroupId, PriorityId, ScheduleId};

/// What plays at an instant, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The instant, Unix milliseconds.
    pub at: i64,
    /// What brought it to the screen.
    pub playing: Playing,
    /// The items that play in turn.
    pub program: Program,
    /// From where the position is counted, Unix milliseconds.
    pub anchor: i64,
    /// The item on the screen and how long it has stood.
    pub position: Option<Position>,
    /// When something else plays, Unix milliseconds; none if the same goes on for 62 days.
    pub until: Option<i64>,
    /// All rows that reach the viewer, the strongest first.
    pub candidates: Vec<Candidate>,
}

/// A row that reaches the viewer, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The row.
    pub row: ScheduleId,
    /// What became of it.
    pub verdict: Verdict,
    /// The groups through which it reaches the viewer, the nearest to the viewer first; empty for rows of the viewer itself and of all viewers.
    pub path: Vec<GroupId>,
    /// The priority level, where it exists.
    pub priority: Option<PriorityId>,
    /// The level's rank.
    pub rank: Option<i32>,
    /// Whether it stands above every priority.
    pub emergency: bool,
}

/// What became of a row at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its time has come, but a stronger row plays.
    CoveredBy(ScheduleId),
    /// Its time is over for good, or never comes.
    Ended,
    /// Its time has come, but it has nothing to play, so that weaker rows show.
    NothingToPlay(Nothing),
    /// It is not its time.
    NotNow {
        /// When it is its time next, Unix milliseconds.
        next: i64,
    },
    /// It is on the screen.
    Plays,
}
