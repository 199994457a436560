//! Which state of a document somebody knows.

use crate::log::Row;

/// Names one state of a document, for `ETag`s and conflict checks: the same on every server, and another one after a change of any cell.
///
/// The largest stamp alone would not do: where two people on two servers change two members, the change that comes from far may have the
/// smaller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(u64);

impl Version {
    /// Of a stored document.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let stamps = row.cells.values().map(|cell| &cell.stamp);
        Self(stamps.fold(mixed(0, row.birth.seq), |sum, stamp| {
            let server = stamp.dot.actor.server.as_u64_pair();
            let writer = server.0 ^ server.1.rotate_left(17) ^ u64::from(stamp.dot.actor.incarnation);
            let sum = mixed(sum, stamp.hlc.0.cast_unsigned() ^ u64::from(stamp.epoch).rotate_left(48));
            mixed(mixed(sum, stamp.dot.seq), writer)
        }))
    }

    /// As text, 16 hexadecimal digits.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// One number from two: a step of SplitMix64 (Steele, Lea, Flood 2014). Nobody gains anything from two states with one name.
fn mixed(sum: u64, word: u64) -> u64 {
    let sum = (sum ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let sum = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let sum = (sum ^ (sum >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    sum ^ (sum >> 31)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;
    use crate::log::Cell;
    use crate::stamp::{Actor, Dot, Hlc, Stamp};

    fn cell(hlc: i64, server: u128) -> Cell {
        let actor = Actor { server: Uuid::from_u128(server), incarnation: 1 };
        Cell { stamp: Stamp { epoch: 0, hlc: Hlc(hlc), dot: Dot { actor, seq: 1 } }, value: Value::Null }
    }

    fn version(name: i64, (place, by): (i64, u128)) -> Version {
        let cells = [("location".to_owned(), cell(place, by)), ("name".to_owned(), cell(name, 1))].into();
        Version::of(&Row { birth: Dot::default(), cells })
    }

    #[test]
    fn a_change_with_a_smaller_stamp_is_another_state_too() {
        let before = version(100, (50, 1));
        assert_eq!(before, version(100, (50, 1)));
        for other in [version(100, (70, 2)), version(100, (50, 2)), version(101, (50, 1)), version(50, (100, 1))] {
            assert_ne!(before.tag(), other.tag());
        }
        assert_eq!(before.tag().len(), 16);
    }
}
