//! How a record stands in a segment: its length (32 bits, little-endian), the first four bytes of its BLAKE3 hash, the record.

const HEAD: usize = 8;
/// A length above this is not ours.
const LONGEST: usize = 1 << 20;

/// Writes records one after the other.
pub(super) fn write(records: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(records.iter().map(|record| record.len() + HEAD).sum());
    for record in records {
        let length = u32::try_from(record.len()).expect("records are short");
        out.extend(length.to_le_bytes());
        out.extend(&blake3::hash(record).as_bytes()[..4]);
        out.extend(record);
    }
    out
}

/// Reads records up to the first that is not whole.
pub(super) fn read(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() {
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(record) = rest.get(..length).filter(|_| length <= LONGEST) else { break };
        if blake3::hash(record).as_bytes()[..4] != head[4..] {
            break;
        }
        records.push(record);
        bytes = &rest[length..];
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_end_hides_nothing_before_it() {
        let records = vec![b"one".to_vec(), Vec::new(), b"three".to_vec()];
        let bytes = write(&records);
        assert_eq!(read(&bytes), records);
        for end in 0..bytes.len() {
            let whole = read(&bytes[..end]);
            assert_eq!(whole, records[..whole.len()], "{end}");
            assert!(whole.len() < 3, "{end}");
        }
        let mut spoilt = bytes;
        spoilt[9] ^= 1;
        assert!(read(&spoilt).is_empty(), "a record that was altered is not believed");
    }
}
