//! The state of another server is taken in where its log no longer reaches back far enough.
//!
//! Births decide about rows that only one side has, so that a deletion needs no trace: who knows the birth but has no row, deleted it.

use domain::commit::RowChange;
use domain::log::{Position, Row};
use domain::stamp::VersionVector;
use uuid::Uuid;

use crate::notice::{Notice, NoticeKind};

/// What becomes of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// The change here; none if everything stays.
    pub change: Option<RowChange>,
    /// What people should look at.
    pub notices: Vec<Notice>,
}

/// Joins one document: `ours` in a database containing `our_vector`, `theirs` in one containing `their_vector`.
#[must_use]
pub fn join_row(
    (kind, id): (&str, Uuid),
    ours: Option<Row>,
    our_vector: &VersionVector,
    theirs: Option<Row>,
    their_vector: &VersionVector,
) -> Joined {
    let mut notices = Vec::new();
    let joined = match (ours.clone(), theirs) {
        (None, None) => None,
        (None, Some(theirs)) => kept(theirs, (kind, id), our_vector, &mut notices),
        (Some(ours), None) => kept(ours, (kind, id), their_vector, &mut notices),
        (Some(ours), Some(theirs)) => Some(merged((kind, id), ours, our_vector, theirs, their_vector, &mut notices)),
    };
    let change = (joined != ours).then(|| RowChange { kind: kind.to_owned(), id, before: ours, after: joined });
    Joined { change, notices }
}

/// A row that the other side lacks: new to it, or deleted by it.
fn kept(row: Row, (kind, id): (&str, Uuid), lacking: &VersionVector, notices: &mut Vec<Notice>) -> Option<Row> {
    if !lacking.covers(&row.birth) {
        return Some(row);
    }
    let unseen = row.cells.iter().filter(|(_, cell)| !lacking.covers(&cell.stamp.dot));
    notices.extend(unseen.map(|(name, cell)| Notice::new(NoticeKind::EditLostToDelete, kind, id, name, cell.stamp.dot)));
    None
}

fn merged(
    (kind, id): (&str, Uuid),
    mut row: Row,
    our_vector: &VersionVector,
    theirs: Row,
    their_vector: &VersionVector,
    notices: &mut Vec<Notice>,
) -> Row {
    row.birth = row.birth.max(theirs.birth);
    for (name, cell) in theirs.cells {
        let Some(old) = row.cells.get(&name) else {
            row.cells.insert(name, cell);
            continue;
        };
        if old.stamp == cell.stamp {
            continue;
        }
        if !our_vector.covers(&cell.stamp.dot) && !their_vector.covers(&old.stamp.dot) {
            let loser = old.stamp.min(cell.stamp).dot;
            notices.push(Notice::new(NoticeKind::ConcurrentEdit, kind, id, &name, loser));
        }
        if cell.stamp > old.stamp {
            row.cells.insert(name, cell);
        }
    }
    row
}

/// Where a server stands after joining the state of `theirs`, and what it then has only as state, not as log.
#[must_use]
pub fn join_position(ours: &Position, theirs: &Position) -> (Position, VersionVector) {
    let mut joined = ours.clone();
    let mut floor = VersionVector::default();
    for last in theirs.vector.iter() {
        if ours.vector.covers(&last) {
            continue;
        }
        joined.vector.raise(last);
        floor.raise(last);
        if let Some(head) = theirs.heads.get(&last.actor) {
            joined.heads.insert(last.actor, head.clone());
        }
    }
    (joined, floor)
}
