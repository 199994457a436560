//! What must be true at the end, computed from everything that was ever written.

use std::collections::{BTreeMap, BTreeSet};

use domain::log::{Action, Entry};
use domain::stamp::{Dot, Stamp};
use serde_json::Value;
use uuid::Uuid;

use crate::db::Db;

#[derive(Default)]
pub(crate) struct Oracle {
    entries: Vec<Entry>,
    /// Entries that went down with a disk before anybody had them.
    lost: BTreeSet<Dot>,
}

impl Oracle {
    pub(crate) fn written(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(crate) fn lost(&mut self, dot: Dot) {
        self.lost.insert(dot);
    }

    /// No deleted row is there, no other is missing, and each cell holds the surviving write with the largest stamp.
    pub(crate) fn check(&self, db: &Db) -> Result<(), String> {
        let mut deleted: BTreeMap<Uuid, bool> = BTreeMap::new();
        let mut created = BTreeSet::new();
        let mut winners: BTreeMap<(Uuid, &str), (Stamp, &Value)> = BTreeMap::new();
        for entry in &self.entries {
            let survives = !self.lost.contains(&entry.dot);
            for op in &entry.ops {
                match &op.action {
                    Action::Del => *deleted.entry(op.id).or_default() |= survives,
                    _ if !survives => {}
                    Action::Ins(cells) | Action::Set(cells) => {
                        if matches!(op.action, Action::Ins(_)) {
                            created.insert(op.id);
                        }
                        for (name, write) in cells {
                            let stamp = entry.stamp(&op.kind, name, write);
                            let winner = winners.entry((op.id, name)).or_insert((stamp, &write.value));
                            if stamp > winner.0 {
                                *winner = (stamp, &write.value);
                            }
                        }
                    }
                }
            }
        }
        for id in created {
            let row = db.rows.get(&id);
            if deleted.get(&id) == Some(&true) {
                if row.is_some() {
                    return Err(format!("zombie: row {id} was deleted"));
                }
                continue;
            }
            let row = row.ok_or_else(|| format!("row {id} is lost"))?;
            for (name, cell) in &row.cells {
                let (stamp, value) = winners[&(id, name.as_str())];
                if cell.stamp != stamp || cell.value != *value {
                    return Err(format!("update of {name} in row {id} is lost: {cell:?} instead of {stamp:?} {value}"));
                }
            }
        }
        Ok(())
    }
}
