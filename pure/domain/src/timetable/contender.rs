//! The rows that reach a viewer, the strongest first.

use std::collections::BTreeMap;

use crate::content::{Content, Destination};
use crate::group::Member;
use crate::id::{GroupId, ScheduleId, ViewerId};
use crate::rows::Rows;
use crate::schedule::Schedule;

/// What decides between rows, in this order: emergency, rank of the priority (none below all), order among equals, id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Strength {
    pub(super) emergency: bool,
    pub(super) rank: Option<i32>,
    order: i64,
    id: ScheduleId,
}

/// A row that reaches the viewer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contender<'r> {
    pub(super) id: ScheduleId,
    pub(super) strength: Strength,
    pub(super) row: &'r Schedule,
    pub(super) content: Option<Content>,
}

/// All rows that reach the viewer and are not in the trash, the strongest first.
pub(super) fn contenders(rows: &Rows, viewer: ViewerId) -> Vec<Contender<'_>> {
    let around = rows.groups_around(viewer).into_iter().map(Destination::Group);
    let destinations = [Destination::All, Destination::Viewer(viewer)].into_iter().chain(around);
    let mut found: Vec<Contender<'_>> =
        destinations.flat_map(|destination| rows.schedules_of(destination)).filter_map(|id| contender(rows, id)).collect();
    found.sort_unstable_by_key(|contender| std::cmp::Reverse(contender.strength));
    found
}

fn contender(rows: &Rows, id: ScheduleId) -> Option<Contender<'_>> {
    let row = rows.schedules.get(id).filter(|row| row.trashed_at.is_none())?;
    let rank = row.priority.and_then(|priority| rows.priorities.get(priority)).map(|priority| priority.rank);
    let strength = Strength { emergency: row.emergency, rank, order: row.effective_order(), id };
    Some(Contender { id, strength, row, content: row.content })
}

/// The groups between a viewer and each group around it, the nearest to the viewer first, the group itself last.
pub(super) fn paths(rows: &Rows, viewer: ViewerId) -> BTreeMap<GroupId, Vec<GroupId>> {
    let mut paths: BTreeMap<GroupId, Vec<GroupId>> = BTreeMap::new();
    let mut waiting = std::collections::VecDeque::from([(Member::Viewer(viewer), Vec::new())]);
    while let Some((member, path)) = waiting.pop_front() {
        for group in rows.groups_directly_of(member) {
            let live = rows.groups.get(group).is_some_and(|group| group.trashed_at.is_none());
            if live && !paths.contains_key(&group) {
                let longer: Vec<GroupId> = path.iter().copied().chain([group]).collect();
                paths.insert(group, longer.clone());
                waiting.push_back((Member::Group(group), longer));
            }
        }
    }
    paths
}
