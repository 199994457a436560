//! Rules for all viewers, for groups and for single ones: which of them reach a viewer, the nearest first.

use crate::content::Destination;
use crate::id::ViewerId;
use crate::rows::Rows;

/// What reaches a viewer, with what is nearest first: its own, those of the groups around it, those for all. Among equally near ones the
/// order stays.
#[must_use]
pub fn nearest<'r, T>(
    rows: &Rows,
    viewer: ViewerId,
    all: impl Iterator<Item = &'r T>,
    destination: impl Fn(&T) -> Option<Destination>,
) -> Vec<&'r T> {
    let groups = rows.groups_around(viewer);
    // The nearest groups come first, so their place in the list is how far away they are.
    let distance = |destination: Option<Destination>| match destination? {
        Destination::Viewer(own) => (own == viewer).then_some(0),
        Destination::Group(group) => groups.iter().position(|around| *around == group).map(|place| place + 1),
        Destination::All => Some(usize::MAX),
    };
    let mut reaching: Vec<(usize, &T)> = all.filter_map(|one| Some((distance(destination(one))?, one))).collect();
    reaching.sort_by_key(|(distance, _)| *distance);
    reaching.into_iter().map(|(_, one)| one).collect()
}
