//! Documents and entries as the database holds them.

use std::collections::BTreeMap;

use domain::log::{Action, Cell, CellWrite, Cells, Entry, Op, Row, canonical, write_canonical, write_canonical_text};
use domain::stamp::{Dot, Hlc, VersionVector};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::actors::Actors;
use crate::clk::Clocks;
use crate::error::Error;
use crate::secret::Sealer;

/// The body of a document: its cells as canonical JSON, secret ones sealed.
pub(crate) fn document_body(kind: &str, id: Uuid, row: &Row, sealer: &Sealer) -> String {
    let mut body = String::with_capacity(256);
    body.push('{');
    for (name, cell) in &row.cells {
        if body.len() > 1 {
            body.push(',');
        }
        let written = write_canonical_text(name, &mut body).and_then(|()| {
            body.push(':');
            if sealer.must_seal(kind, name, &cell.value) {
                write_canonical(&sealer.seal(kind, id, name, &cell.value), &mut body)
            } else {
                write_canonical(&cell.value, &mut body)
            }
        });
        written.expect("writing to a string cannot fail");
    }
    body.push('}');
    body
}

/// Reads a document.
pub(crate) fn read_document(
    (kind, id): (&str, Uuid),
    body: &str,
    clk: &[u8],
    actors: &Actors,
    sealer: &Sealer,
) -> Result<Row, Error> {
    let damaged = || Error::damaged(format!("{kind} {id}"));
    let clocks = Clocks::unpack(clk, actors).ok_or_else(damaged)?;
    let values: Cells = serde_json::from_str(body).map_err(|_| damaged())?;
    let mut cells = BTreeMap::new();
    for (name, value) in values {
        let value = sealer.open(kind, id, &name, value)?;
        let stamp = clocks.stamp(&name);
        cells.insert(name, Cell { stamp, value });
    }
    Ok(Row { birth: clocks.birth, cells })
}

/// The body of a document with nothing sealed, for snapshots.
pub(crate) fn plain_body(row: &Row) -> String {
    let cells = row.cells.iter().map(|(name, cell)| (name.clone(), cell.value.clone()));
    canonical(&serde_json::Value::Object(cells.collect()))
}

/// Reads a document with nothing sealed; none if it is damaged.
pub(crate) fn read_plain(body: &str, clk: &[u8], actors: &Actors) -> Option<Row> {
    let clocks = Clocks::unpack(clk, actors)?;
    let values: Cells = serde_json::from_str(body).ok()?;
    let cell = |(name, value): (String, serde_json::Value)| {
        let stamp = clocks.stamp(&name);
        (name, Cell { stamp, value })
    };
    Some(Row { birth: clocks.birth, cells: values.into_iter().map(cell).collect() })
}

/// What the log holds of an entry beside its columns.
#[derive(Serialize, Deserialize)]
struct EntryBody<'a> {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deps: Vec<(u32, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<Uuid>,
    schema: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    epoch: u32,
    ops: std::borrow::Cow<'a, [Op]>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(epoch: &u32) -> bool {
    *epoch == 0
}

/// The body of an entry: JSON, secret cells sealed.
pub(crate) fn entry_body(entry: &Entry, actors: &Actors, sealer: &Sealer) -> String {
    let body = EntryBody {
        deps: pack_vector(&entry.deps, actors),
        author: entry.author,
        schema: entry.schema,
        epoch: entry.epoch,
        ops: sealed_ops(&entry.ops, sealer),
    };
    serde_json::to_string(&body).expect("operations are plain data")
}

/// Reads an entry.
pub(crate) fn read_entry(
    (dot, hlc, request): (Dot, Hlc, Option<Uuid>),
    body: &str,
    actors: &Actors,
    sealer: &Sealer,
) -> Result<Entry, Error> {
    let damaged = || Error::damaged(format!("log entry {dot}"));
    let body: EntryBody<'_> = serde_json::from_str(body).map_err(|_| damaged())?;
    let deps = unpack_vector(&body.deps, actors).ok_or_else(damaged)?;
    let mut ops = body.ops.into_owned();
    for op in &mut ops {
        if let Action::Ins(cells) | Action::Set(cells) = &mut op.action {
            for (name, write) in cells {
                write.value = sealer.open(&op.kind, op.id, name, write.value.take())?;
            }
        }
    }
    Ok(Entry { dot, hlc, deps, ops, author: body.author, request, schema: body.schema, epoch: body.epoch })
}

/// What an entry depends on; none if its body is damaged.
pub(crate) fn entry_deps(body: &str, actors: &Actors) -> Option<VersionVector> {
    #[derive(Deserialize)]
    struct Deps {
        #[serde(default)]
        deps: Vec<(u32, u64)>,
    }
    unpack_vector(&serde_json::from_str::<Deps>(body).ok()?.deps, actors)
}

/// A version vector as pairs of actor number and sequence number.
pub(crate) fn pack_vector(vector: &VersionVector, actors: &Actors) -> Vec<(u32, u64)> {
    let number = |dot: Dot| actors.index(&dot.actor).expect("actors get their number before their first entry");
    vector.iter().map(|dot| (number(dot), dot.seq)).collect()
}

/// A dot from the columns of a row; none if the actor is unknown.
pub(crate) fn dot(aidx: i64, seq: i64, actors: &Actors) -> Option<Dot> {
    Some(Dot { actor: actors.get(u32::try_from(aidx).ok()?)?, seq: u64::try_from(seq).ok()? })
}

/// Undoes [`pack_vector`]; none if an actor is unknown.
pub(crate) fn unpack_vector(pairs: &[(u32, u64)], actors: &Actors) -> Option<VersionVector> {
    pairs.iter().map(|(index, seq)| Some(Dot { actor: actors.get(*index)?, seq: *seq })).collect()
}

/// Copies the operations only if one of them holds a secret.
fn sealed_ops<'a>(ops: &'a [Op], sealer: &Sealer) -> std::borrow::Cow<'a, [Op]> {
    let secret = |op: &Op| match &op.action {
        Action::Ins(cells) | Action::Set(cells) => {
            cells.iter().any(|(name, write)| sealer.must_seal(&op.kind, name, &write.value))
        }
        Action::Del => false,
    };
    if !ops.iter().any(secret) {
        return ops.into();
    }
    let seal = |op: &Op, cells: &BTreeMap<String, CellWrite>| {
        let seal_one = |(name, write): (&String, &CellWrite)| {
            let must = sealer.must_seal(&op.kind, name, &write.value);
            let value = if must { sealer.seal(&op.kind, op.id, name, &write.value) } else { write.value.clone() };
            (name.clone(), CellWrite { value, hlc: write.hlc })
        };
        cells.iter().map(seal_one).collect()
    };
    let sealed = |op: &Op| {
        let action = match &op.action {
            Action::Ins(cells) => Action::Ins(seal(op, cells)),
            Action::Set(cells) => Action::Set(seal(op, cells)),
            Action::Del => Action::Del,
        };
        Op { kind: op.kind.clone(), id: op.id, action }
    };
    ops.iter().map(sealed).collect()
}
