//! Raising and lowering a row among those of equal priority.

use crate::id::ScheduleId;
use crate::log::Edit;
use crate::noun::{alter, find};
use crate::refusal::Refusal;
use crate::schedule::Schedule;
use crate::state::State;

/// Which way a row moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Below the next weaker row.
    Lower,
    /// Above the next stronger row.
    Raise,
}

/// Moves a row one place up or down among live rows of equal priority. No edits if it stands at the end already.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn rank(state: &State, id: ScheduleId, step: Step) -> Result<Vec<Edit>, Refusal> {
    let row = find::<Schedule>(state, id.0)?;
    let key = |id: ScheduleId, row: &Schedule| (row.effective_order(), id);
    let own = key(id, row);
    let peers = state.rows.schedules.iter().filter(|(_, held)| {
        let peer = &held.value;
        peer.trashed_at.is_none() && peer.priority == row.priority && peer.emergency == row.emergency
    });
    let keys = peers.map(|(id, held)| key(id, &held.value));
    let order = match step {
        Step::Raise => keys.filter(|peer| *peer > own).min().map(|(order, _)| order.saturating_add(1)),
        Step::Lower => keys.filter(|peer| *peer < own).max().map(|(order, _)| order.saturating_sub(1)),
    };
    let Some(order) = order else { return Ok(Vec::new()) };
    let after = Schedule { order: Some(order), ..row.clone() };
    Ok(alter(state, id.0, &after)?.into_iter().collect())
}
