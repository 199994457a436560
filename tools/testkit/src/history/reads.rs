//! What one client sees one after the other.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::record::{Act, Call, Cells, Outcome, Session};
use super::writes::Writes;

/// What a client knows of a document.
enum Known<'a> {
    There(BTreeMap<&'a str, &'a str>),
    Gone,
}

/// Looks at what a client saw: nothing goes back, comes back, or vanishes.
pub(super) fn check<'a>(session: &'a Session, writes: &Writes<'a>, faults: &mut Vec<Fault>) {
    let mut known: BTreeMap<&str, Known<'a>> = BTreeMap::new();
    for Call { act, outcome } in &session.calls {
        match (act, outcome) {
            (Act::Make { document, cells }, Outcome::Done(_)) => {
                known.insert(document, Known::There(pairs(cells)));
            }
            (Act::Edit { document, cell, value, .. }, Outcome::Done(_)) => {
                if let Some(Known::There(cells)) = known.get_mut(document.as_str()) {
                    cells.insert(cell, value);
                }
            }
            (Act::Remove { document, .. }, Outcome::Done(_)) => {
                known.insert(document, Known::Gone);
            }
            (Act::Read { document }, Outcome::Found(cells)) => {
                match known.get(document.as_str()) {
                    Some(Known::Gone) => {
                        faults.push(Fault::CameBack { session: session.name.clone(), document: document.clone() });
                    }
                    Some(Known::There(before)) => went_back((session, document), before, cells, writes, faults),
                    None => {}
                }
                invented(document, cells, writes, faults);
                known.insert(document, Known::There(pairs(cells)));
            }
            (Act::Read { document }, Outcome::Absent) => {
                // Before it was seen it may not have arrived.
                if let Some(Known::There(_)) = known.get(document.as_str()) {
                    if !writes.removals.contains_key(document.as_str()) {
                        faults.push(Fault::Vanished { session: session.name.clone(), document: document.clone() });
                    }
                    known.insert(document, Known::Gone);
                }
            }
            _ => {}
        }
    }
}

/// Values that nobody may have written to a member that somebody writes to.
pub(super) fn invented(document: &str, cells: &Cells, writes: &Writes<'_>, faults: &mut Vec<Fault>) {
    for (cell, value) in cells {
        if writes.knows((document, cell)) && writes.find((document, cell), value).is_none() {
            faults.push(Fault::Invented { document: document.to_owned(), cell: cell.clone(), value: value.clone() });
        }
    }
}

fn went_back(
    (session, document): (&Session, &str),
    before: &BTreeMap<&str, &str>,
    now: &Cells,
    writes: &Writes<'_>,
    faults: &mut Vec<Fault>,
) {
    for (cell, after) in now {
        let Some(before) = before.get(cell.as_str()) else { continue };
        if writes.came_after((document, cell), before, after) {
            faults.push(Fault::WentBack {
                session: session.name.clone(),
                document: document.to_owned(),
                cell: cell.clone(),
                before: (*before).to_owned(),
                after: after.clone(),
            });
        }
    }
}

fn pairs(cells: &Cells) -> BTreeMap<&str, &str> {
    cells.iter().map(|(cell, value)| (cell.as_str(), value.as_str())).collect()
}
