//! Cells of every kind, as another server's entries or a newer version's database may hold them.

use std::collections::BTreeMap;

use domain::log::{Cell, Cells, Row};
use domain::rows::Rows;
use domain::stamp::{Dot, Stamp};
use domain::timetable::{Target, resolve};
use uuid::Uuid;

/// Kinds that the timetable reads, with the ids that the documents of the corpus name.
const KINDS: [&str; 11] = [
    "installation",
    "viewer",
    "group",
    "membership",
    "priority",
    "schedule",
    "playlist",
    "playlist_item",
    "presentation",
    "revision",
    "media",
];
/// A time within the rows of the corpus, Unix milliseconds, and how far from there is asked.
const FROM: i64 = 1_790_000_000_000;
const SPAN: i64 = 30 * 86_400_000;

/// Documents with any cells are taken, and what plays on the viewers among them can be said.
pub(super) fn run(data: &[u8]) {
    let Ok(documents) = serde_json::from_slice::<Vec<(u8, u8, Cells)>>(data) else { return };
    let mut rows = Rows::default();
    for (kind, id, cells) in documents.into_iter().take(20) {
        let cells: BTreeMap<String, Cell> =
            cells.into_iter().map(|(name, value)| (name, Cell { stamp: Stamp::default(), value })).collect();
        let kind = KINDS[usize::from(kind) % KINDS.len()];
        rows.put(kind, Uuid::from_u128(u128::from(id)), Some(Row { birth: Dot::default(), cells }));
    }
    for (viewer, _) in rows.viewers.iter() {
        let slots = resolve(&rows, &Target::screen(viewer), FROM, FROM + SPAN);
        assert_eq!(slots.first().map(|slot| slot.from), Some(FROM));
        assert_eq!(slots.last().map(|slot| slot.until), Some(FROM + SPAN));
        assert!(slots.windows(2).all(|pair| pair[0].until == pair[1].from), "slots follow each other without a gap");
        assert!(slots.iter().all(|slot| slot.from < slot.until));
    }
}
