//! Taking a row off the screens now.

use crate::cell::ZoneName;
use crate::id::ScheduleId;
use crate::log::Edit;
use crate::noun::{alter, discard, find};
use crate::refusal::Refusal;
use crate::schedule::{Schedule, When};
use crate::state::State;

/// Ends the row now: it is trimmed to the present if it began, else put into the trash. No edits if it was over already.
///
/// A row in each viewer's own zone ends at the time of the zone that is furthest behind, so that it is over everywhere.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn take_down(state: &State, id: ScheduleId, now_ms: i64) -> Result<Vec<Edit>, Refusal> {
    let row = find::<Schedule>(state, id.0)?;
    let now = jiff::Timestamp::from_millisecond(now_ms).map_err(|e| Refusal::invalid("now", e.to_string()))?;
    let civil = |zone: &ZoneName| now.to_zoned(zone.rules()).datetime();
    let end = match &row.when.zone {
        Some(zone) => civil(zone),
        None => {
            let home = state.rows.installation().zone;
            let zones = state.rows.viewers.iter().filter_map(|(_, viewer)| viewer.value.zone.as_ref());
            zones.chain([&home]).map(civil).min().expect("the installation has a zone")
        }
    };
    if row.trashed_at.is_some() || row.when.until.is_some_and(|until| until <= end) {
        return Ok(Vec::new());
    }
    if row.when.from >= end {
        return Ok(discard::<Schedule>(state, id.0, now_ms)?.into_iter().collect());
    }
    let after = Schedule { when: When { until: Some(end), ..row.when.clone() }, ..row.clone() };
    Ok(alter(state, id.0, &after)?.into_iter().collect())
}
