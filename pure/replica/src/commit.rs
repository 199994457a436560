//! A local change becomes an entry of the log.

use std::collections::BTreeMap;

use domain::commit::{CommitError, Committed, Proposal};
use domain::lead::{claimed, is_main_only};
use domain::log::{Action, Cell, CellWrite, Cells, Change, Edit, Entry, MAX_ENTRY_BYTES, MAX_OPS, Op, Position, Row, canonical};
use domain::stamp::{Dot, Hlc, Stamp, VersionVector};
use uuid::Uuid;

use crate::chain::chain_encoded;
use crate::digest::deltas;
use crate::encoding::encode;
use crate::touched::Touched;

/// Gives the current row of a document; none if it is not there.
pub type Lookup<'a> = &'a dyn Fn(&str, Uuid) -> Option<Row>;

/// Makes the entry for `proposal`, moves `position` past it, and says what it changes. Nothing is stored.
///
/// Edits that would change nothing give no operation; if none is left, there is no entry and the position stays. Later edits see the
/// earlier ones. A cell's new stamp is larger than its old one even if the clock was set back.
///
/// # Errors
/// [`CommitError`] if an edit does not fit the current rows or the entry would exceed a limit; the position stays then.
pub fn commit(position: &mut Position, proposal: Proposal, lookup: Lookup<'_>) -> Result<Committed, CommitError> {
    let actor = position.actor;
    let mut draft = Draft {
        dot: Dot { actor, seq: position.vector.get(&actor) + 1 },
        hlc: position.last_hlc.tick(proposal.wall_ms),
        lookup,
        ops: Vec::new(),
        touched: Touched::default(),
        // A promotion is the first act of its own epoch.
        epoch: proposal.edits.iter().map(claimed).fold(proposal.epoch, u32::max),
    };
    let epoch = draft.epoch;
    for Edit { kind, id, change } in proposal.edits {
        draft.edit(kind, id, change)?;
    }
    if draft.ops.is_empty() {
        let head = position.heads.get(&actor).cloned().unwrap_or_default();
        return Ok(Committed { entry: None, changes: Vec::new(), digest: Vec::new(), head });
    }
    if draft.ops.len() > MAX_OPS {
        return Err(CommitError::TooManyOps { count: draft.ops.len(), limit: MAX_OPS });
    }
    let others = position.vector.iter().filter(|dot| dot.actor != actor);
    let previous = position.heads.get(&actor);
    let known = |dot: &Dot| previous.is_some_and(|head| head.seen.covers(dot));
    let deps: VersionVector = others.filter(|dot| !known(dot)).collect();
    let (dot, hlc, changes) = (draft.dot, draft.hlc, draft.touched.changes());
    let entry = Entry {
        dot,
        hlc,
        deps,
        ops: draft.ops,
        author: proposal.author,
        request: proposal.request,
        schema: proposal.schema,
        epoch,
    };
    let encoded = encode(&entry);
    if encoded.len() > MAX_ENTRY_BYTES {
        return Err(CommitError::TooLarge { bytes: encoded.len(), limit: MAX_ENTRY_BYTES });
    }
    let chain = chain_encoded(&previous.map(|head| head.chain).unwrap_or_default(), &encoded);
    let head = crate::apply::advance(position, &entry, chain).clone();
    position.last_hlc = hlc;
    Ok(Committed { digest: deltas(&changes), entry: Some(entry), changes, head })
}

struct Draft<'a> {
    dot: Dot,
    hlc: Hlc,
    lookup: Lookup<'a>,
    ops: Vec<Op>,
    touched: Touched,
    epoch: u32,
}

impl Draft<'_> {
    fn edit(&mut self, kind: String, id: Uuid, change: Change) -> Result<(), CommitError> {
        let stamp = Stamp { epoch: self.epoch, hlc: self.hlc, dot: self.dot };
        let row = self.touched.row(&kind, id, self.lookup);
        let action = match change {
            Change::Insert(cells) => {
                if row.is_some() {
                    return Err(CommitError::Exists { kind, id });
                }
                let mut born = Row { birth: stamp.dot, cells: BTreeMap::new() };
                let writes = write(&kind, &mut born, cells, stamp);
                *row = Some(born);
                Action::Ins(writes)
            }
            Change::Update(cells) => {
                let Some(row) = row else { return Err(CommitError::Missing { kind, id }) };
                let writes = write(&kind, row, cells, stamp);
                if writes.is_empty() {
                    return Ok(());
                }
                Action::Set(writes)
            }
            Change::Delete => {
                if row.take().is_none() {
                    return Ok(());
                }
                Action::Del
            }
        };
        self.ops.push(Op { kind, id, action });
        Ok(())
    }
}

/// Writes the cells whose value differs, each with a stamp above the one that it replaces.
fn write(kind: &str, row: &mut Row, cells: Cells, stamp: Stamp) -> BTreeMap<String, CellWrite> {
    let Stamp { epoch, hlc, dot } = stamp;
    let mut writes = BTreeMap::new();
    for (name, value) in cells {
        let old = row.cells.get(&name);
        if old.is_some_and(|old| same(&old.value, &value)) {
            continue;
        }
        let bumped = old.map_or(hlc, |old| hlc.max(old.stamp.hlc.next()));
        let epoch = if is_main_only(kind, &name) { epoch } else { 0 };
        row.cells.insert(name.clone(), Cell { stamp: Stamp { epoch, hlc: bumped, dot }, value: value.clone() });
        writes.insert(name, CellWrite { value, hlc: (bumped != hlc).then_some(bumped) });
    }
    writes
}

fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    a == b || (a.is_object() || a.is_array() || a.is_number()) && canonical(a) == canonical(b)
}
