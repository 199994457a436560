//! The documents that an entry touches, as they were before it and as they are after it.

use std::collections::BTreeMap;

use domain::commit::RowChange;
use domain::log::Row;
use uuid::Uuid;

use crate::commit::Lookup;

/// Up to so many documents are looked for one by one: most entries touch one.
const FEW: usize = 8;

/// Touched documents, in the order in which they were first touched.
#[derive(Default)]
pub(crate) struct Touched {
    rows: Vec<RowChange>,
    /// Where each stands, once there are more than a few.
    places: BTreeMap<(String, Uuid), usize>,
}

impl Touched {
    /// A document as it is now; `lookup` gives it when it is touched first.
    pub(crate) fn row(&mut self, kind: &str, id: Uuid, lookup: Lookup<'_>) -> &mut Option<Row> {
        let place = self.place(kind, id).unwrap_or_else(|| {
            let before = lookup(kind, id);
            self.rows.push(RowChange { kind: kind.to_owned(), id, after: before.clone(), before });
            let last = self.rows.len() - 1;
            match last {
                FEW => self.places.extend(self.rows.iter().zip(0..).map(|(row, place)| ((row.kind.clone(), row.id), place))),
                last if last > FEW => drop(self.places.insert((kind.to_owned(), id), last)),
                _ => {}
            }
            last
        });
        &mut self.rows[place].after
    }

    fn place(&self, kind: &str, id: Uuid) -> Option<usize> {
        if self.places.is_empty() {
            self.rows.iter().position(|row| row.id == id && row.kind == kind)
        } else {
            self.places.get(&(kind.to_owned(), id)).copied()
        }
    }

    /// One change for each document that differs.
    pub(crate) fn changes(self) -> Vec<RowChange> {
        self.rows.into_iter().filter(|change| change.before != change.after).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::stamp::Dot;

    #[test]
    fn each_document_is_found_again_however_many_there_are() {
        for count in [1, FEW - 1, FEW, FEW + 1, FEW + 2, 100] {
            let mut touched = Touched::default();
            let there = Row { birth: Dot::default(), cells: BTreeMap::new() };
            let lookup = |_: &str, id: Uuid| id.as_u128().is_multiple_of(2).then(|| there.clone());
            let ids = || (0..count as u128).map(Uuid::from_u128);
            for id in ids() {
                assert_eq!(touched.row("viewer", id, &lookup).is_some(), id.as_u128().is_multiple_of(2));
                touched.row("group", id, &lookup).take();
            }
            // Turned round, and a second time as they are.
            for _ in 0..2 {
                for id in ids() {
                    *touched.row("viewer", id, &|_, _| panic!("it was looked up before")) =
                        (id.as_u128() % 2 == 1).then(|| there.clone());
                }
            }
            let changes = touched.changes();
            let of = |kind: &str| changes.iter().filter(|change| change.kind == kind).map(|change| change.id).collect::<Vec<_>>();
            assert_eq!(of("viewer"), ids().collect::<Vec<_>>(), "{count}");
            assert_eq!(of("group"), ids().step_by(2).collect::<Vec<_>>(), "what was not there is not gone");
        }
    }
}
