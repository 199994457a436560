//! On-hours: when a viewer should be on. Outside of them an absent viewer is no news.

use crate::cell::ZoneName;
use crate::civil::Zone;
use crate::content::Destination;
use crate::document::document;
use crate::id::{OnHoursId, UserId, ViewerId};
use crate::recurrence::Occurrences;
use crate::schedule::When;
use crate::state::State;

document! {
    /// One part of the time in which viewers should be on. Several for one destination add up; the nearest destination that has any counts:
    /// the viewer's own, else those of the groups around it, else those for all. Without any a viewer should always be on.
    OnHours(OnHoursId) = "on_hours" {
        /// Whose.
        destination: Option<Destination> = Public,
        /// When.
        when: When = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
    }
}

/// Since when a viewer should be on, at `now` (Unix milliseconds); none = it need not be. The beginning of time where it always should.
#[must_use]
pub fn on_since(state: &State, viewer: ViewerId, now: i64) -> Option<i64> {
    if state.on_hours.is_empty() {
        return Some(i64::MIN);
    }
    let whens = hours_of(state, viewer);
    if whens.is_empty() {
        return Some(i64::MIN);
    }
    let own = zone_of(state, viewer);
    let began = |when: &&When| {
        let zone = Zone::of(when.zone.as_ref().unwrap_or(&own));
        let present = Occurrences::of(when, &zone).next_after(now)?;
        (present.from <= now).then_some(present.from)
    };
    whens.iter().filter_map(began).min()
}

/// When a viewer should be on: what the nearest destination that has any says; empty = always.
#[must_use]
pub fn hours_of(state: &State, viewer: ViewerId) -> Vec<&When> {
    let of = |wanted: Destination| {
        state.on_hours.iter().filter(move |(_, held)| held.value.destination == Some(wanted)).map(|(_, held)| &held.value.when)
    };
    let mut whens: Vec<&When> = of(Destination::Viewer(viewer)).collect();
    for group in state.rows.groups_around(viewer) {
        if !whens.is_empty() {
            break;
        }
        whens.extend(of(Destination::Group(group)));
    }
    if whens.is_empty() {
        whens.extend(of(Destination::All));
    }
    whens
}

/// The viewer's zone, or the installation's.
fn zone_of(state: &State, viewer: ViewerId) -> ZoneName {
    let own = state.rows.viewers.get(viewer).and_then(|viewer| viewer.zone.clone());
    own.unwrap_or_else(|| state.rows.installation().zone)
}
