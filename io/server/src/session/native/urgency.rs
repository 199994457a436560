//! Whether a change must reach the screen at once, where nobody remembers what was done: after a restart of the server a viewer's inventory
//! tells what it has, and not what became of that.

use control::slice::delta::Delta;
use control::slice::row::SliceRow;
use domain::document::Document;
use domain::group::{Group, Membership};
use domain::media::Media;
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::{Presentation, Revision};
use domain::rows::Rows;
use domain::schedule::Schedule;
use uuid::Uuid;

/// Whether something of what the viewer has was taken away, or an emergency came. `rows` are the present ones.
pub(super) fn is_urgent(delta: &Delta, rows: &Rows) -> bool {
    delta.gone.iter().any(|(kind, id, _)| is_taken_away(rows, kind, *id)) || delta.put.iter().any(|row| is_emergency(row))
}

/// Whether a document was deleted, put into the trash or unpublished, rather than that it plays elsewhere now.
fn is_taken_away(rows: &Rows, kind: &str, id: Uuid) -> bool {
    match kind {
        k if k == Group::SPEC.name => rows.groups.get(id.into()).is_none_or(|row| row.trashed_at.is_some()),
        k if k == Media::SPEC.name => rows.media.get(id.into()).is_none_or(|row| row.trashed_at.is_some()),
        k if k == Membership::SPEC.name => rows.memberships.get(id.into()).is_none(),
        k if k == Playlist::SPEC.name => rows.playlists.get(id.into()).is_none_or(|row| row.trashed_at.is_some()),
        k if k == PlaylistItem::SPEC.name => rows.items.get(id.into()).is_none(),
        k if k == Presentation::SPEC.name => rows.presentations.get(id.into()).is_none_or(|row| row.trashed_at.is_some()),
        k if k == Revision::SPEC.name => {
            let presentation = rows.revisions.get(id.into()).and_then(|row| rows.presentations.get(row.presentation));
            presentation.is_some_and(|row| row.head.is_none())
        }
        k if k == Schedule::SPEC.name => rows.schedules.get(id.into()).is_none_or(|row| row.trashed_at.is_some()),
        _ => false,
    }
}

fn is_emergency(row: &SliceRow) -> bool {
    let set = |row: domain::log::Row| row.cells.get("emergency").is_some_and(|cell| cell.value == true);
    row.kind == Schedule::SPEC.name && row.parse().is_some_and(set)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use bytes::Bytes;
    use domain::log::Row;
    use domain::stamp::Dot;

    use super::*;

    fn delta(put: &[(&str, &str)], gone: &[&str]) -> Delta {
        let row = |(kind, json): &(&str, &str)| {
            Arc::new(SliceRow::new((*kind).to_owned(), Uuid::from_u128(1), Bytes::from((*json).to_owned())))
        };
        let gone = gone.iter().map(|kind| ((*kind).to_owned(), Uuid::from_u128(1), [0; 16])).collect();
        Delta { put: put.iter().map(row).collect(), gone, ..Delta::default() }
    }

    #[test]
    fn what_was_deleted_is_urgent_and_what_plays_elsewhere_is_not() {
        let (nothing, mut there) = (Rows::default(), Rows::default());
        there.put("media", Uuid::from_u128(1), Some(Row { birth: Dot::default(), cells: BTreeMap::new() }));
        assert!(is_urgent(&delta(&[], &["media"]), &nothing));
        assert!(!is_urgent(&delta(&[], &["media"]), &there));
        assert!(!is_urgent(&delta(&[], &["priority"]), &nothing));
        assert!(!is_urgent(&delta(&[], &[]), &nothing));
    }

    #[test]
    fn an_emergency_is_urgent() {
        let birth = r#"{"actor":{"incarnation":0,"server":"00000000-0000-0000-0000-000000000000"},"seq":0}"#;
        let text = |cells: &str| format!(r#"{{"birth":{birth},"cells":{cells}}}"#);
        let put = |kind: &str, cells: &str| is_urgent(&delta(&[(kind, &text(cells))], &[]), &Rows::default());
        assert!(put("schedule", r#"{"emergency":true}"#));
        assert!(!put("schedule", "{}") && !put("media", r#"{"emergency":true}"#));
    }
}
