//! Which plans each viewer was given, and when it had and showed them: from this a change's acknowledgements are read.

use std::collections::{BTreeMap, VecDeque};

use domain::id::ViewerId;
use parking_lot::Mutex;

/// Plans remembered per viewer.
const MOST: usize = 16;

/// One plan on its way to one viewer.
#[derive(Clone, Debug)]
struct Delivery {
    plan: String,
    /// The last log position for which this was the viewer's plan.
    until: i64,
    received: Option<i64>,
    shown: Option<i64>,
}

/// The latest plans of all viewers. Memory only: a viewer says again what it has when it comes back.
#[derive(Debug, Default)]
pub struct Deliveries(Mutex<BTreeMap<ViewerId, VecDeque<Delivery>>>);

/// How far a change got at one viewer, Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// When a plan with the change was complete at the viewer.
    pub received: Option<i64>,
    /// When such a plan stood on the screen.
    pub shown: Option<i64>,
}

impl Deliveries {
    /// This is the viewer's plan in the state at this position of the log, or a later one.
    pub fn due(&self, viewer: ViewerId, plan: &str, lpos: i64) {
        let mut viewers = self.0.lock();
        let plans = viewers.entry(viewer).or_default();
        if let Some(last) = plans.back_mut().filter(|last| last.plan == plan) {
            last.until = last.until.max(lpos);
            return;
        }
        plans.push_back(Delivery { plan: plan.to_owned(), until: lpos, received: None, shown: None });
        if plans.len() > MOST {
            plans.pop_front();
        }
    }

    /// All that a plan needs is at the viewer since `at` (Unix milliseconds); later reports change nothing.
    pub fn received(&self, viewer: ViewerId, plan: &str, at: i64) {
        self.latest(viewer, plan, |delivery| _ = delivery.received.get_or_insert(at));
    }

    /// A plan stands on the screen since `at` (Unix milliseconds); later reports change nothing.
    pub fn shown(&self, viewer: ViewerId, plan: &str, at: i64) {
        self.latest(viewer, plan, |delivery| {
            delivery.received.get_or_insert(at);
            delivery.shown.get_or_insert(at);
        });
    }

    /// How far a change got that stands at this position of the log and was made at `made` (Unix milliseconds).
    #[must_use]
    pub fn progress(&self, viewer: ViewerId, lpos: i64, made: i64) -> Progress {
        let viewers = self.0.lock();
        let with = || viewers.get(&viewer).into_iter().flatten().filter(|delivery| delivery.until >= lpos);
        let first = |times: &mut dyn Iterator<Item = i64>| times.min().map(|at| at.max(made));
        Progress {
            received: first(&mut with().filter_map(|delivery| delivery.received)),
            shown: first(&mut with().filter_map(|delivery| delivery.shown)),
        }
    }

    fn latest(&self, viewer: ViewerId, plan: &str, note: impl FnOnce(&mut Delivery)) {
        let mut viewers = self.0.lock();
        let plans = viewers.get_mut(&viewer);
        if let Some(delivery) = plans.and_then(|plans| plans.iter_mut().rev().find(|delivery| delivery.plan == plan)) {
            note(delivery);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_acknowledged_by_the_first_plan_that_has_it_or_a_later_one() {
        let (deliveries, viewer) = (Deliveries::default(), ViewerId(uuid::Uuid::from_u128(1)));
        deliveries.due(viewer, "a", 5);
        deliveries.received(viewer, "a", 100);
        deliveries.shown(viewer, "a", 110);
        let nothing = Progress::default();
        assert_eq!(deliveries.progress(viewer, 7, 200), nothing, "the plan is older than the change");
        deliveries.due(viewer, "b", 7);
        assert_eq!(deliveries.progress(viewer, 7, 200), nothing);
        deliveries.due(viewer, "c", 8);
        deliveries.received(viewer, "c", 300);
        deliveries.received(viewer, "c", 400);
        assert_eq!(deliveries.progress(viewer, 7, 200), Progress { received: Some(300), shown: None });
        deliveries.shown(viewer, "c", 310);
        assert_eq!(deliveries.progress(viewer, 7, 200), Progress { received: Some(300), shown: Some(310) });
        assert_eq!(deliveries.progress(viewer, 9, 500), nothing);
        deliveries.due(viewer, "c", 9);
        assert_eq!(
            deliveries.progress(viewer, 9, 500),
            Progress { received: Some(500), shown: Some(500) },
            "never before it was made"
        );
        assert_eq!(deliveries.progress(ViewerId::default(), 7, 0), nothing);
    }
}
