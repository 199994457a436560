//! How many members a message of a viewer has, counted before it is read: one of two bytes on the wire becomes hundreds of bytes in memory, so that
//! its length alone bounds nothing.

use crate::slice::delta::MAX_INVENTORY;

/// The most members of one message, those of the lists in it counted: a whole inventory, the longest list that there is, fits.
pub const MOST: usize = MAX_INVENTORY + 1_024;

/// Members of `FromViewer` that are messages with lists: hello, inventory, plan, status, plays, records, wake_hearing.
const WITH_LISTS: [u64; 7] = [1, 2, 4, 5, 6, 8, 12];
/// Members of `Hello` that are: machine.
const OF_HELLO: [u64; 1] = [6];

/// Whether a `FromViewer` in the wire format of protocol buffers (protobuf.dev, Encoding) has at most [`MOST`] members. What cannot be followed is
/// left to whoever reads it.
#[must_use]
pub fn is_small(message: &[u8]) -> bool {
    let mut all = 0;
    for (field, inside) in Members(message) {
        all += 1;
        if !WITH_LISTS.contains(&field) {
            continue;
        }
        for (member, deeper) in Members(inside) {
            all += 1;
            if field == 1 && OF_HELLO.contains(&member) {
                all += Members(deeper).count();
            }
            if all > MOST {
                return false;
            }
        }
    }
    all <= MOST
}

/// The members of a message: number, and bytes where it has a length. Ends where it cannot be followed.
struct Members<'a>(&'a [u8]);

impl<'a> Iterator for Members<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = varint(&mut self.0)?;
        let length = match tag & 7 {
            0 => {
                varint(&mut self.0)?;
                return Some((tag >> 3, &[]));
            }
            1 => 8,
            2 => usize::try_from(varint(&mut self.0)?).ok()?,
            5 => 4,
            // Groups, of which this protocol has none: what is in them counts like what is beside them.
            3 | 4 => 0,
            _ => return None,
        };
        let (inside, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((tag >> 3, if tag & 7 == 2 { inside } else { &[] }))
    }
}

/// A number of at most ten bytes, the least significant seven bits first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for at in 0..10_u32 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << (7 * at).min(63);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::v1::from_viewer::Message;
    use crate::v1::{
        Attachment, FromViewer, Hello, Inventory, Machine, Play, Plays, Record, Records, RowVersion, Status, Trouble,
    };

    fn small(message: Message) -> bool {
        is_small(&FromViewer { message: Some(message) }.encode_to_vec())
    }

    #[test]
    fn all_that_a_viewer_may_say_is_small() {
        let row = RowVersion { kind: "playlist_item".into(), id: vec![7; 16], version: vec![9; 16] };
        assert!(small(Message::Inventory(Inventory { rows: vec![row; MAX_INVENTORY] })));
        let record = Record { n: 1, at: 2, level: "info".into(), code: "c".into(), text: "    ".repeat(250) };
        assert!(small(Message::Records(Records { stream: vec![0; 16], records: vec![record; 1_000] })));
        let play = Play { n: 1, plan: "p".repeat(64), from: 1, until: 2, complete: true, ..Play::default() };
        assert!(small(Message::Plays(Plays { stream: vec![0; 16], records: vec![play; 1_000] })));
        let attachment = Attachment { bytes: b"\x0a\x00".repeat(128 << 10), ..Attachment::default() };
        assert!(small(Message::Attachment(attachment)), "what is in a file is no member");
        assert!(is_small(&[]) && is_small(b"no message \xff\xff"));
    }

    #[test]
    fn a_crowd_of_empty_members_is_none_wherever_it_stands() {
        let crowd = MOST + 1;
        assert!(!small(Message::Plays(Plays { stream: Vec::new(), records: vec![Play::default(); crowd] })));
        assert!(!small(Message::Records(Records { stream: Vec::new(), records: vec![Record::default(); crowd] })));
        assert!(!small(Message::Inventory(Inventory { rows: vec![RowVersion::default(); crowd] })));
        assert!(!small(Message::Status(Status { troubles: vec![Trouble::default(); crowd], ..Status::default() })));
        let machine = Machine { macs: vec![String::new(); crowd], ..Machine::default() };
        assert!(!small(Message::Hello(Hello { machine: Some(machine), ..Hello::default() })));
        // Lists that come in several pieces are one list.
        let piece = FromViewer { message: Some(Message::Plays(Plays { records: vec![Play::default(); 9], ..Plays::default() })) };
        assert!(!is_small(&piece.encode_to_vec().repeat(crowd / 9)));
        let inside = [b"\x32".as_slice(), &[0x80, 0x80, 0x04], &b"\x12\x00".repeat(32 << 10)].concat();
        assert!(!is_small(&inside), "as it comes over the wire");
    }
}
