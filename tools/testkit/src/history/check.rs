//! A history held against what there is at its end.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::Fault;
use super::reads;
use super::record::{Cells, End, Session};
use super::writes::{Place, Writes};

/// All that is wrong; nothing where
///
/// - all servers show the same, and say that nothing is on its way,
/// - every acknowledged value is there, or was replaced by somebody who saw it, or went with a document whose remover saw it, or stands in a
///   notice of some server,
/// - what was removed is gone for good, and only that,
/// - no client saw anything go back,
/// - nothing is shown that nobody wrote, or whose writing was refused.
///
/// # Panics
/// If a value was written twice to one member: then nothing is proved.
#[must_use]
pub fn check(sessions: &[Session], end: &End) -> Vec<Fault> {
    let writes = Writes::of(sessions);
    let mut faults = Vec::new();
    agree(end, &mut faults);
    for session in sessions {
        reads::check(session, &writes, &mut faults);
    }
    for server in &end.servers {
        for (document, cells) in &server.documents {
            reads::invented(document, cells, &writes, &mut faults);
            let removed =
                writes.removals.get(document.as_str()).is_some_and(|all| all.iter().any(|(_, acknowledged)| *acknowledged));
            if removed {
                faults.push(Fault::Undead { document: document.clone(), server: server.name.clone() });
            }
        }
    }
    lost(&writes, sessions, end, &mut faults);
    faults.sort();
    faults.dedup();
    faults
}

fn agree(end: &End, faults: &mut Vec<Fault>) {
    let Some((first, others)) = end.servers.split_first() else { return };
    for other in others {
        let all: BTreeSet<&String> = first.documents.keys().chain(other.documents.keys()).collect();
        for document in all {
            let shown = [first.documents.get(document), other.documents.get(document)];
            if shown[0] != shown[1] {
                faults.push(Fault::Diverged {
                    document: document.clone(),
                    servers: [first.name.clone(), other.name.clone()],
                    shown: shown.map(|cells| cells.map_or_else(|| "not there".to_owned(), |cells| format!("{cells:?}"))),
                });
            }
        }
    }
    for server in &end.servers {
        let waiting = server.pending.iter().filter(|pending| (pending.outgoing, pending.incoming) != (Some(0), Some(0)));
        faults.extend(waiting.map(|pending| Fault::Pending { server: server.name.clone(), peer: pending.peer.clone() }));
    }
}

fn lost(writes: &Writes<'_>, sessions: &[Session], end: &End, faults: &mut Vec<Fault>) {
    let certain = writes.took_place(sessions, end);
    let replaced: BTreeSet<(Place<'_>, &str)> = writes
        .iter()
        .filter(|(place, value, _)| certain.contains(&(*place, *value)))
        .filter_map(|(place, _, write)| Some((place, write.saw?)))
        .collect();
    let noticed: BTreeSet<(Place<'_>, &str)> =
        end.servers.iter().flat_map(|server| &server.notices).map(|lost| ((&*lost.document, &*lost.cell), &*lost.dot)).collect();
    let mut last: BTreeMap<&str, Vec<&Cells>> = BTreeMap::new();
    for (document, cells) in end.servers.iter().flat_map(|server| &server.documents) {
        last.entry(document).or_default().push(cells);
    }
    for (place, value, write) in writes.iter() {
        let Some(dot) = write.dot else { continue };
        let (document, cell) = place;
        let shown = last.get(document);
        let is_there = shown.is_some_and(|all| all.iter().any(|cells| cells.get(cell).is_some_and(|shown| shown == value)));
        let with_it = || {
            let removals = writes.removals.get(document).into_iter().flatten();
            // A removal whose answer was lost has happened if the document is gone.
            let mut happened = removals.filter(|(_, acknowledged)| *acknowledged || shown.is_none());
            happened.any(|(saw, _)| saw.get(cell).is_some_and(|seen| seen == value))
        };
        if !(is_there || replaced.contains(&(place, value)) || noticed.contains(&(place, dot)) || with_it()) {
            faults.push(Fault::Lost {
                session: write.session.to_owned(),
                document: document.to_owned(),
                cell: cell.to_owned(),
                value: value.to_owned(),
            });
        }
    }
    for document in writes.iter().filter(|(_, _, write)| write.dot.is_some()).map(|((document, _), ..)| document) {
        if !last.contains_key(document) && !writes.removals.contains_key(document) {
            faults.push(Fault::Vanished { session: "everybody".to_owned(), document: document.to_owned() });
        }
    }
}
