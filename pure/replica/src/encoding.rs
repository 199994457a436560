//! Canonical bytes of entries and rows, with full actor ids: what chain hashes, digests and limits are computed over.
//!
//! Numbers are unsigned LEB128, texts and byte strings carry their length, maps are sorted by key. One value has one encoding, on
//! every version of the server.

use std::fmt;

use domain::log::{Action, CellWrite, Entry, Op, Row, write_canonical};
use domain::stamp::{Actor, Dot, Hlc, Stamp, VersionVector};
use serde_json::Value;
use uuid::Uuid;

use crate::reader::{Malformed, Reader};

/// First byte of every encoded entry.
const VERSION: u8 = 1;

/// The canonical bytes of an entry.
#[must_use]
pub fn encode(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    bytes.push(VERSION);
    dot(&mut bytes, &entry.dot);
    bytes.extend(entry.hlc.0.to_be_bytes());
    vector(&mut bytes, &entry.deps);
    number(&mut bytes, entry.ops.len() as u64);
    for op in &entry.ops {
        text(&mut bytes, &op.kind);
        bytes.extend(op.id.as_bytes());
        match &op.action {
            Action::Ins(cells) => writes(&mut bytes, 0, cells),
            Action::Set(cells) => writes(&mut bytes, 1, cells),
            Action::Del => bytes.push(2),
        }
    }
    optional_id(&mut bytes, entry.author);
    optional_id(&mut bytes, entry.request);
    number(&mut bytes, u64::from(entry.schema));
    number(&mut bytes, u64::from(entry.epoch));
    bytes
}

/// Reads the canonical bytes of an entry.
///
/// # Errors
/// [`Malformed`] with the offset, if the bytes are not exactly one entry in its only spelling: the same entry in other bytes, such as with
/// unsorted cells, would have the same chain hash.
pub fn decode(bytes: &[u8]) -> Result<Entry, Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != VERSION {
        return Err(reader.malformed("a known version"));
    }
    let dot = read_dot(&mut reader)?;
    let hlc = Hlc(i64::from_be_bytes(reader.array()?));
    let deps = (0..reader.number()?).map(|_| read_dot(&mut reader)).collect::<Result<_, _>>()?;
    let ops = (0..reader.number()?).map(|_| read_op(&mut reader)).collect::<Result<_, _>>()?;
    let (author, request) = (read_optional_id(&mut reader)?, read_optional_id(&mut reader)?);
    let (schema, epoch) = (reader.number32()?, reader.number32()?);
    reader.end()?;
    let entry = Entry { dot, hlc, deps, ops, author, request, schema, epoch };
    if encode(&entry) == bytes { Ok(entry) } else { Err(reader.malformed("the only spelling of this entry")) }
}

/// The canonical bytes of a row, for the digest.
#[must_use]
pub fn encode_row(kind: &str, id: Uuid, row: &Row) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    text(&mut bytes, kind);
    bytes.extend(id.as_bytes());
    dot(&mut bytes, &row.birth);
    number(&mut bytes, row.cells.len() as u64);
    for (name, cell) in &row.cells {
        text(&mut bytes, name);
        stamp(&mut bytes, &cell.stamp);
        value(&mut bytes, &cell.value);
    }
    bytes
}

/// Appends a dot: server id, incarnation, number.
pub(crate) fn dot(bytes: &mut Vec<u8>, dot: &Dot) {
    bytes.extend(dot.actor.server.as_bytes());
    number(bytes, u64::from(dot.actor.incarnation));
    number(bytes, dot.seq);
}

/// Appends a text with its length.
pub(crate) fn text(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len() as u64);
    bytes.extend(text.as_bytes());
}

/// Appends the canonical text of a value with its length.
fn value(bytes: &mut Vec<u8>, value: &Value) {
    let start = bytes.len();
    // Most values are short: their length takes this one byte.
    bytes.push(0);
    write_canonical(value, &mut End(bytes)).expect("bytes take everything");
    let length = bytes.len() - start - 1;
    if length < 0x80 {
        bytes[start] = length as u8;
    } else {
        let mut prefix = Vec::with_capacity(10);
        number(&mut prefix, length as u64);
        bytes.splice(start..=start, prefix);
    }
}

/// Takes text at the end of bytes.
struct End<'a>(&'a mut Vec<u8>);

impl fmt::Write for End<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn stamp(bytes: &mut Vec<u8>, stamp: &Stamp) {
    number(bytes, u64::from(stamp.epoch));
    bytes.extend(stamp.hlc.0.to_be_bytes());
    dot(bytes, &stamp.dot);
}

fn vector(bytes: &mut Vec<u8>, vector: &VersionVector) {
    number(bytes, vector.iter().count() as u64);
    for last in vector.iter() {
        dot(bytes, &last);
    }
}

fn writes(bytes: &mut Vec<u8>, tag: u8, cells: &std::collections::BTreeMap<String, CellWrite>) {
    bytes.push(tag);
    number(bytes, cells.len() as u64);
    for (name, write) in cells {
        text(bytes, name);
        match write.hlc {
            None => bytes.push(0),
            Some(hlc) => {
                bytes.push(1);
                bytes.extend(hlc.0.to_be_bytes());
            }
        }
        value(bytes, &write.value);
    }
}

fn optional_id(bytes: &mut Vec<u8>, id: Option<Uuid>) {
    match id {
        None => bytes.push(0),
        Some(id) => {
            bytes.push(1);
            bytes.extend(id.as_bytes());
        }
    }
}

fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read_dot(reader: &mut Reader<'_>) -> Result<Dot, Malformed> {
    let server = Uuid::from_bytes(reader.array()?);
    Ok(Dot { actor: Actor { server, incarnation: reader.number32()? }, seq: reader.number()? })
}

fn read_op(reader: &mut Reader<'_>) -> Result<Op, Malformed> {
    let kind = reader.text()?.to_owned();
    let id = Uuid::from_bytes(reader.array()?);
    let action = match reader.byte()? {
        0 => Action::Ins(read_writes(reader)?),
        1 => Action::Set(read_writes(reader)?),
        2 => Action::Del,
        _ => return Err(reader.malformed("a known action")),
    };
    Ok(Op { kind, id, action })
}

fn read_writes(reader: &mut Reader<'_>) -> Result<std::collections::BTreeMap<String, CellWrite>, Malformed> {
    (0..reader.number()?)
        .map(|_| {
            let name = reader.text()?.to_owned();
            let hlc = match reader.byte()? {
                0 => None,
                1 => Some(Hlc(i64::from_be_bytes(reader.array()?))),
                _ => return Err(reader.malformed("0 or 1")),
            };
            let value = serde_json::from_str(reader.text()?).map_err(|_| reader.malformed("JSON"))?;
            Ok((name, CellWrite { value, hlc }))
        })
        .collect()
}

fn read_optional_id(reader: &mut Reader<'_>) -> Result<Option<Uuid>, Malformed> {
    match reader.byte()? {
        0 => Ok(None),
        1 => Ok(Some(Uuid::from_bytes(reader.array()?))),
        _ => Err(reader.malformed("0 or 1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of one operation on a document of the kind `v`, whose cells are given as bytes.
    fn entry(count: u8, cells: &[u8]) -> Vec<u8> {
        let head = [&[VERSION][..], &[0; 16], &[1, 1], &[0; 8], &[0, 1, 1, b'v'], &[7; 16], &[0, count]].concat();
        [&head[..], cells, &[0, 0, 1, 0]].concat()
    }

    #[test]
    fn a_value_is_written_as_its_canonical_text_whatever_its_length() {
        for length in [0, 1, 125, 126, 127, 16_381, 16_382, 20_000] {
            let long = serde_json::json!({"b": "x".repeat(length), "a": "ü\""});
            let (mut bytes, mut expected) = (vec![7], vec![7]);
            value(&mut bytes, &long);
            text(&mut expected, &domain::log::canonical(&long));
            assert_eq!(bytes, expected, "{length}");
        }
    }

    #[test]
    fn the_same_entry_in_other_bytes_is_refused() {
        let (a, b) = (b"\x01a\x00\x011", b"\x01b\x00\x012");
        let one_spelling = entry(2, &[&a[..], b].concat());
        assert_eq!(encode(&decode(&one_spelling).unwrap()), one_spelling);
        for (what, other) in [
            ("unsorted cells", entry(2, &[&b[..], a].concat())),
            ("a cell twice", entry(2, &[&a[..], a].concat())),
            ("blanks in a value", entry(1, b"\x01a\x00\x02 1")),
            ("another spelling of a number", entry(1, b"\x01a\x00\x031e0")),
        ] {
            let refused = decode(&other).unwrap_err();
            assert_eq!(refused.expected, "the only spelling of this entry", "{what}");
        }
    }
}
