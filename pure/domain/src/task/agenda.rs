//! Which runs are to be made now, and when to look again.

use std::collections::{BTreeMap, BTreeSet};

use super::{Run, Task, due};
use crate::cell::ZoneName;
use crate::civil::Zone;
use crate::id::TaskId;
use crate::rows::Rows;
use crate::state::State;

/// What is due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    /// The runs to be made.
    pub runs: Vec<Run>,
    /// When the next ones are due, if that is before the end of the look ahead, Unix milliseconds.
    pub next: Option<i64>,
}

/// The runs that became due after `looked` and not after `now`, and the next moment up to `ahead`; all Unix milliseconds.
///
/// A viewer that missed several times of a task gets a run for the last of them only, and none if even that has expired.
#[must_use]
pub fn agenda(state: &State, looked: i64, now: i64, ahead: i64) -> Agenda {
    let mut zones = Zones { rows: &state.rows, all: None, known: BTreeMap::new() };
    let mut agenda = Agenda::default();
    for (id, held) in state.tasks.iter().filter(|(_, held)| held.value.is_live()) {
        let task = &held.value;
        // What was ordered later cannot have been due before.
        let after = looked.max(task.made_at.saturating_sub(1));
        for name in zones.of(task) {
            let zone = zones.rules(&name);
            let next = due(task, zone, now.max(after), ahead).first().copied();
            agenda.next = agenda.next.into_iter().chain(next).min();
            let last = due(task, zone, after, now).last().copied();
            if let Some(planned) = last.filter(|planned| now < planned.saturating_add(task.lifetime_ms())) {
                agenda.runs.extend(runs(&state.rows, id, task, &name, planned));
            }
        }
    }
    agenda
}

fn runs(rows: &Rows, id: TaskId, task: &Task, zone: &ZoneName, planned: i64) -> Vec<Run> {
    let Some(kind) = &task.kind else { return Vec::new() };
    let viewers = task.viewers(rows).into_iter();
    let here = viewers.filter(|viewer| is_plain(task) || task.zone_at(rows, *viewer) == *zone);
    here.map(|viewer| Run::new(id, viewer, kind.clone(), planned, task.lifetime_ms())).collect()
}

/// Whether it is due at the same moment everywhere.
fn is_plain(task: &Task) -> bool {
    task.when.as_ref().is_none_or(|when| when.zone.is_some())
}

/// The zones of one look, each looked up once.
struct Zones<'r> {
    rows: &'r Rows,
    all: Option<BTreeSet<ZoneName>>,
    known: BTreeMap<ZoneName, Zone>,
}

impl Zones<'_> {
    /// The zones in which a task's civil times may count.
    fn of(&mut self, task: &Task) -> Vec<ZoneName> {
        match &task.when {
            None => vec![ZoneName::default()],
            Some(when) => match &when.zone {
                Some(zone) => vec![zone.clone()],
                None => self.all().iter().cloned().collect(),
            },
        }
    }

    fn all(&mut self) -> &BTreeSet<ZoneName> {
        let rows = self.rows;
        self.all.get_or_insert_with(|| {
            let home = rows.installation().zone;
            let live = rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none());
            live.map(|(_, held)| held.value.zone.clone().unwrap_or_else(|| home.clone())).collect()
        })
    }

    fn rules(&mut self, name: &ZoneName) -> &Zone {
        self.known.entry(name.clone()).or_insert_with(|| Zone::of(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::log::{Cell, Row};
    use crate::stamp::{Dot, Stamp};
    use crate::viewer::Viewer;
    use jiff::Timestamp;
    use serde_json::json;
    use uuid::Uuid;

    fn put<T: Document>(state: &mut State, n: u128, document: &T) {
        let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
        let row = Row { birth: Dot::default(), cells: document.to_cells().into_iter().map(cell).collect() };
        state.put(T::SPEC.name, Uuid::from_u128(n), Some(row));
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn site() -> State {
        let mut state = State::default();
        for (n, zone) in [(1, "Europe/Berlin"), (2, "Asia/Tokyo"), (3, "Europe/Berlin")] {
            put(&mut state, n, &Viewer { name: n.to_string(), zone: Some(zone.parse().unwrap()), ..Viewer::default() });
        }
        put(&mut state, 4, &Viewer { trashed_at: Some(1), ..Viewer::default() });
        state
    }

    fn task(when: serde_json::Value) -> Task {
        Task {
            kind: Some(super::super::TaskKind::Reboot),
            destination: Some(crate::content::Destination::All),
            when: serde_json::from_value(when).unwrap(),
            made_at: ms("2026-11-01T00:00:00Z"),
            ..Task::default()
        }
    }

    fn nightly() -> Task {
        let days = ["mo", "tu", "we", "th", "fr", "sa", "su"];
        let weekly = json!({"every": 1, "days": days, "window": {"start": "04:00:00", "end": "05:00:00"}});
        task(json!({"from": "2026-11-02T00:00:00", "until": null, "zone": null, "recurrence": {"weekly": weekly}}))
    }

    #[test]
    fn each_viewer_is_due_in_its_own_zone_and_trashed_ones_never() {
        let mut state = site();
        put(&mut state, 9, &nightly());
        let (looked, now) = (ms("2026-11-10T00:00:00Z"), ms("2026-11-10T03:00:00Z"));
        let found = agenda(&state, looked, now, ms("2026-11-10T23:00:00Z"));
        let viewers: Vec<u128> = found.runs.iter().map(|run| run.viewer.0.as_u128()).collect();
        assert_eq!(viewers, [1, 3]);
        assert!(found.runs.iter().all(|run| run.planned == now && run.expires == now + 3_600_000));
        assert_eq!(found.next, Some(ms("2026-11-10T19:00:00Z")), "Tokyo is next");
        assert_eq!(agenda(&state, now, now, now), Agenda::default());
    }

    #[test]
    fn what_was_missed_is_made_once_unless_it_expired() {
        let mut state = site();
        put(&mut state, 9, &Task { expires_s: Some(86_400), ..nightly() });
        let (looked, now) = (ms("2026-11-05T12:00:00Z"), ms("2026-11-10T12:00:00Z"));
        let found = agenda(&state, looked, now, now);
        let planned: Vec<i64> = found.runs.iter().map(|run| run.planned).collect();
        assert_eq!(planned, [ms("2026-11-09T19:00:00Z"), ms("2026-11-10T03:00:00Z"), ms("2026-11-10T03:00:00Z")]);
        put(&mut state, 9, &nightly());
        assert!(agenda(&state, looked, now, now).runs.is_empty(), "an hour has passed everywhere");
    }

    #[test]
    fn what_is_for_now_is_due_now_and_what_is_called_off_never() {
        let mut state = site();
        let now = ms("2026-11-10T12:00:00Z");
        let order = Task { made_at: now, ..task(json!(null)) };
        put(&mut state, 9, &order);
        assert_eq!(agenda(&state, now - 1, now, now).runs.len(), 3);
        assert!(agenda(&state, now, now + 1, now + 1).runs.is_empty());
        for dead in [Task { cancelled_at: Some(now), ..order.clone() }, Task { trashed_at: Some(now), ..order }] {
            put(&mut state, 9, &dead);
            assert!(agenda(&state, now - 1, now, now).runs.is_empty());
        }
    }
}
