//! Schedule rows.

use uuid::Uuid;

use super::{Noun, library::check_content, trashable};
use crate::content::Destination;
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::schedule::{Recurrence, Schedule, When};
use crate::state::State;
use crate::table::Table;

impl Noun for Schedule {
    const EDITABLE: &'static [&'static str] = &["name", "content", "destination", "when", "priority", "emergency"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.schedules
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        match self.destination {
            Some(Destination::Group(group)) => Object::Group(group),
            Some(Destination::Viewer(viewer)) => Object::Viewer(viewer),
            Some(Destination::All) | None => Object::AllViewers,
        }
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        if self.name.chars().count() > 200 || self.name.chars().any(char::is_control) {
            return Err(Refusal::invalid("name", "a name has at most 200 characters"));
        }
        let Some(content) = self.content else {
            return Err(Refusal::invalid("content", "choose what plays: media, a playlist or a presentation"));
        };
        check_content(state, "content", content)?;
        check_destination(state, self.destination)?;
        if let Some(id) = self.priority.filter(|id| state.rows.priorities.get(*id).is_none()) {
            return Err(Refusal::invalid("priority", format!("there is no priority {id}")));
        }
        if self.emergency && self.when.until.is_none() {
            return Err(Refusal::invalid(
                "when.until",
                "an emergency needs an end: give the time at which it is over at the latest",
            ));
        }
        check_when(&self.when)
    }

    trashable!();
}

/// A destination that exists and is not in the trash.
pub(super) fn check_destination(state: &State, destination: Option<Destination>) -> Result<(), Refusal> {
    match destination {
        None => Err(Refusal::invalid("destination", "choose where: all, a group or a viewer")),
        Some(Destination::Group(id)) if state.rows.groups.get(id).is_none_or(|g| g.trashed_at.is_some()) => {
            Err(Refusal::invalid("destination.group", format!("there is no group {id}")))
        }
        Some(Destination::Viewer(id)) if state.rows.viewers.get(id).is_none_or(|v| v.trashed_at.is_some()) => {
            Err(Refusal::invalid("destination.viewer", format!("there is no viewer {id}")))
        }
        Some(_) => Ok(()),
    }
}

pub(super) fn check_when(when: &When) -> Result<(), Refusal> {
    if let Some(until) = when.until.filter(|until| *until <= when.from) {
        return Err(Refusal::invalid("when.until", format!("{until} is not after {}: choose a later end", when.from)));
    }
    if !(1970..=2999).contains(&when.from.year()) {
        return Err(Refusal::invalid("when.from", format!("the year {} is out of range: give 1970 to 2999", when.from.year())));
    }
    match &when.recurrence {
        Some(Recurrence::Weekly(weekly)) if weekly.days.is_empty() => {
            Err(Refusal::invalid("when.recurrence.weekly.days", "choose at least one day"))
        }
        Some(Recurrence::Weekly(weekly)) if !(1..=52).contains(&weekly.every) => {
            Err(Refusal::invalid("when.recurrence.weekly.every", format!("{} is out of range: give 1 to 52 weeks", weekly.every)))
        }
        _ => Ok(()),
    }
}
