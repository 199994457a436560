//! Who wrote which value in the knowledge of which.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Act, Call, Cells, End, Outcome, Session};

/// A member of a document.
pub(super) type Place<'a> = (&'a str, &'a str);

/// The writing of one value.
pub(super) struct Write<'a> {
    pub(super) session: &'a str,
    /// What it replaced; none: the document was new.
    pub(super) saw: Option<&'a str>,
    /// Its address, where it was acknowledged.
    pub(super) dot: Option<&'a str>,
}

/// All that may have been written; what was refused is left out.
#[derive(Default)]
pub(super) struct Writes<'a> {
    all: BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, Write<'a>>>>,
    /// Removals that were acknowledged, or whose answer was lost.
    pub(super) removals: BTreeMap<&'a str, Vec<(&'a Cells, bool)>>,
}

impl<'a> Writes<'a> {
    pub(super) fn of(sessions: &'a [Session]) -> Self {
        let mut writes = Self::default();
        for session in sessions {
            for Call { act, outcome } in &session.calls {
                let dot = match outcome {
                    Outcome::Done(dot) => Some(dot.as_str()),
                    Outcome::Unknown => None,
                    Outcome::Refused | Outcome::Found(_) | Outcome::Absent => continue,
                };
                match act {
                    Act::Make { document, cells } => {
                        for (cell, value) in cells {
                            writes.add((document, cell), value, Write { session: &session.name, saw: None, dot });
                        }
                    }
                    Act::Edit { document, cell, value, saw } => {
                        writes.add((document, cell), value, Write { session: &session.name, saw: Some(saw), dot });
                    }
                    Act::Remove { document, saw } => {
                        writes.removals.entry(document).or_default().push((saw, dot.is_some()));
                    }
                    Act::Read { .. } => {}
                }
            }
        }
        writes
    }

    fn add(&mut self, place: Place<'a>, value: &'a str, write: Write<'a>) {
        let before = self.all.entry(place.0).or_default().entry(place.1).or_default().insert(value, write);
        assert!(before.is_none(), "{value} was written twice to {place:?}: the history proves nothing");
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Place<'a>, &'a str, &Write<'a>)> {
        let cells =
            self.all.iter().flat_map(|(document, cells)| cells.iter().map(move |(cell, values)| ((*document, *cell), values)));
        cells.flat_map(|(place, values)| values.iter().map(move |(value, write)| (place, *value, write)))
    }

    pub(super) fn find(&self, place: Place<'_>, value: &str) -> Option<&Write<'a>> {
        self.all.get(place.0)?.get(place.1)?.get(value)
    }

    /// Whether anybody wrote to this member at all; if not, its values are the server's own.
    pub(super) fn knows(&self, place: Place<'_>) -> bool {
        self.all.get(place.0).is_some_and(|cells| cells.contains_key(place.1))
    }

    /// Whether `later` was written by somebody who knew `earlier`, directly or through others.
    pub(super) fn came_after(&self, place: Place<'_>, later: &str, earlier: &str) -> bool {
        let mut at = self.find(place, later).and_then(|write| write.saw);
        let mut steps = BTreeSet::new();
        while let Some(value) = at {
            if value == earlier {
                return true;
            }
            if !steps.insert(value) {
                return false;
            }
            at = self.find(place, value).and_then(|write| write.saw);
        }
        false
    }

    /// Values of which it is certain that they were written: acknowledged, or seen by somebody.
    pub(super) fn took_place(&self, sessions: &'a [Session], end: &'a End) -> BTreeSet<(Place<'a>, &'a str)> {
        let mut certain = BTreeSet::new();
        certain.extend(self.iter().filter(|(_, _, write)| write.dot.is_some()).map(|(place, value, _)| (place, value)));
        for Call { act, outcome } in sessions.iter().flat_map(|session| &session.calls) {
            if let (Act::Read { document }, Outcome::Found(cells)) = (act, outcome) {
                certain.extend(seen(document, cells));
            }
        }
        for server in &end.servers {
            certain.extend(server.documents.iter().flat_map(|(document, cells)| seen(document, cells)));
            let lost = server.notices.iter().filter_map(|lost| Some(((&*lost.document, &*lost.cell), lost.value.as_deref()?)));
            certain.extend(lost);
        }
        certain
    }
}

fn seen<'a>(document: &'a str, cells: &'a Cells) -> impl Iterator<Item = (Place<'a>, &'a str)> {
    cells.iter().map(move |(cell, value)| ((document, cell.as_str()), value.as_str()))
}
