//! The packed clocks of a document: birth, one stamp for most cells, and the cells that differ.
//!
//! Version byte, birth, default stamp, number of exceptions, exceptions. Numbers are unsigned LEB128, actors by their local number.
//! A document that was never edited takes about a dozen bytes.

use std::collections::BTreeMap;

use domain::log::Row;
use domain::stamp::{Dot, Hlc, Stamp};

use crate::actors::Actors;

/// First byte of the packed form.
const VERSION: u8 = 1;
/// Room for the packed clocks of a document whose cells share a stamp.
const USUAL: usize = 32;

/// The clocks of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clocks {
    /// The inserting entry.
    pub(crate) birth: Dot,
    /// The stamp of cells without an own one.
    pub(crate) usual: Stamp,
    /// Stamps of the others.
    pub(crate) others: BTreeMap<String, Stamp>,
}

impl Clocks {
    /// Packs the clocks of a row. All its actors must have a number.
    pub(crate) fn pack(row: &Row, actors: &Actors) -> Vec<u8> {
        let usual = usual(row);
        let mut bytes = Vec::with_capacity(USUAL);
        bytes.push(VERSION);
        dot(&mut bytes, &row.birth, actors);
        stamp(&mut bytes, &usual, actors);
        let others: Vec<_> = row.cells.iter().filter(|(_, cell)| cell.stamp != usual).collect();
        number(&mut bytes, others.len() as u64);
        for (name, cell) in others {
            number(&mut bytes, name.len() as u64);
            bytes.extend(name.as_bytes());
            stamp(&mut bytes, &cell.stamp, actors);
        }
        bytes
    }

    /// Reads packed clocks; none if they are damaged.
    pub(crate) fn unpack(bytes: &[u8], actors: &Actors) -> Option<Self> {
        let (&VERSION, mut rest) = bytes.split_first()? else { return None };
        let birth = read_dot(&mut rest, actors)?;
        let usual = read_stamp(&mut rest, actors)?;
        let mut others = BTreeMap::new();
        for _ in 0..read_number(&mut rest)? {
            let length = usize::try_from(read_number(&mut rest)?).ok()?;
            let (name, tail) = rest.split_at_checked(length)?;
            rest = tail;
            others.insert(str::from_utf8(name).ok()?.to_owned(), read_stamp(&mut rest, actors)?);
        }
        rest.is_empty().then_some(Self { birth, usual, others })
    }

    /// The stamp of a cell.
    pub(crate) fn stamp(&self, cell: &str) -> Stamp {
        self.others.get(cell).copied().unwrap_or(self.usual)
    }
}

/// The stamp that most cells share.
fn usual(row: &Row) -> Stamp {
    let mut stamps = row.cells.values().map(|cell| cell.stamp);
    if let Some(first) = stamps.next()
        && stamps.all(|stamp| stamp == first)
    {
        return first;
    }
    let mut counts: BTreeMap<Stamp, usize> = BTreeMap::new();
    for cell in row.cells.values() {
        *counts.entry(cell.stamp).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(Stamp { dot: row.birth, ..Stamp::default() }, |(stamp, _)| stamp)
}

fn dot(bytes: &mut Vec<u8>, dot: &Dot, actors: &Actors) {
    let index = actors.index(&dot.actor).expect("actors get their number before their first row");
    number(bytes, u64::from(index));
    number(bytes, dot.seq);
}

fn stamp(bytes: &mut Vec<u8>, stamp: &Stamp, actors: &Actors) {
    number(bytes, u64::from(stamp.epoch));
    number(bytes, stamp.hlc.0.max(0) as u64);
    dot(bytes, &stamp.dot, actors);
}

fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read_dot(rest: &mut &[u8], actors: &Actors) -> Option<Dot> {
    let actor = actors.get(u32::try_from(read_number(rest)?).ok()?)?;
    Some(Dot { actor, seq: read_number(rest)? })
}

fn read_stamp(rest: &mut &[u8], actors: &Actors) -> Option<Stamp> {
    let epoch = u32::try_from(read_number(rest)?).ok()?;
    let hlc = Hlc(i64::try_from(read_number(rest)?).ok()?);
    Some(Stamp { epoch, hlc, dot: read_dot(rest, actors)? })
}

fn read_number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::log::Cell;
    use domain::stamp::Actor;
    use serde_json::Value;
    use uuid::Uuid;

    #[test]
    fn clocks_come_back_and_an_unedited_document_is_small() {
        let actor = Actor { server: Uuid::from_u128(9), incarnation: 1 };
        let other = Actor { server: Uuid::from_u128(10), incarnation: 3 };
        let actors = Actors::new([actor, other]);
        let birth = Dot { actor, seq: 300 };
        let hlc = Hlc::from_unix_ms(1_790_000_000_000);
        let born = Stamp { epoch: 0, hlc, dot: birth };
        let mut row = Row { birth, cells: BTreeMap::new() };
        for name in ["a", "b", "c"] {
            row.cells.insert(name.into(), Cell { stamp: born, value: Value::Null });
        }
        assert!(Clocks::pack(&row, &actors).len() <= 20);
        let edited = Stamp { epoch: 7, hlc: hlc.next(), dot: Dot { actor: other, seq: 1 } };
        row.cells.get_mut("b").unwrap().stamp = edited;
        let packed = Clocks::pack(&row, &actors);
        let clocks = Clocks::unpack(&packed, &actors).unwrap();
        assert_eq!((clocks.birth, clocks.stamp("a"), clocks.stamp("b")), (birth, born, edited));
        assert_eq!(Clocks::unpack(&packed[..packed.len() - 1], &actors), None);
        assert_eq!(Clocks::unpack(&packed, &Actors::new([actor])), None, "an unknown actor is damage");
    }
}
