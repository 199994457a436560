//! What must be true at the end, from everything that was ever acknowledged to an editor.

use std::collections::{BTreeMap, BTreeSet};

use domain::log::{Action, Entry, Row};
use domain::stamp::Hlc;
use serde_json::Value;
use uuid::Uuid;

use super::node::History;

#[derive(Default)]
pub(crate) struct Oracle {
    numbers: u64,
    edits: BTreeMap<u64, Entry>,
    /// Edits that went down with a disk before any other server had them.
    excused: BTreeSet<u64>,
}

impl Oracle {
    /// The number of the next edit.
    pub(crate) fn next(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn written(&mut self, number: u64, entry: Entry) {
        self.edits.insert(number, entry);
    }

    pub(crate) fn excuse(&mut self, numbers: Vec<u64>) {
        self.excused.extend(numbers);
    }

    /// Every acknowledged edit is in the common history or went down with a disk; and the documents are what the history makes of them.
    pub(crate) fn check(&self, history: &History, rows: &BTreeMap<Uuid, Row>) -> Result<(), String> {
        if let Some(number) = self.edits.keys().find(|number| !history.contains(number) && !self.excused.contains(number)) {
            return Err(format!("acknowledged edit {number} is lost"));
        }
        let mut born = BTreeSet::new();
        let mut dead = BTreeSet::new();
        let mut cells: BTreeMap<(Uuid, &str), Vec<(Hlc, &Value)>> = BTreeMap::new();
        for entry in history.iter().filter_map(|number| self.edits.get(number)) {
            for op in &entry.ops {
                let (Action::Ins(writes) | Action::Set(writes)) = &op.action else {
                    dead.insert(op.id);
                    continue;
                };
                if matches!(op.action, Action::Ins(_)) {
                    born.insert(op.id);
                }
                for (name, write) in writes {
                    cells.entry((op.id, name)).or_default().push((entry.stamp(&op.kind, name, write).hlc, &write.value));
                }
            }
        }
        if let Some(id) = rows.keys().find(|id| dead.contains(*id) || !born.contains(*id)) {
            return Err(format!("zombie: document {id} was deleted or never made"));
        }
        for id in born.difference(&dead) {
            let row = rows.get(id).ok_or_else(|| format!("document {id} is lost"))?;
            for (name, cell) in &row.cells {
                let writes = &cells[&(*id, name.as_str())];
                let newest = writes.iter().map(|(hlc, _)| *hlc).max();
                if !writes.iter().any(|(hlc, value)| Some(*hlc) == newest && **value == cell.value) {
                    return Err(format!("update of {name} in document {id} is lost: {cell:?}, of {writes:?}"));
                }
            }
        }
        Ok(())
    }
}
