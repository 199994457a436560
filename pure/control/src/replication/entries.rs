//! Batches of entries: their canonical forms behind each other, compressed where that is worth it.

use domain::log::Entry;
use prost::encoding::{decode_varint, encode_varint};
use replica::encoding::{decode, encode};

use super::Garbled;
use crate::v1;
use crate::v1::replication_entries::Batch;

/// From so many bytes on, a batch is compressed.
const WORTH_IT: usize = 1024;
/// How much is tried: the fourth of 22 levels makes half the bytes of the first in twice the time.
const LEVEL: i32 = 3;
/// The most bytes that a batch may have once it is unpacked. What says that it is longer is no batch.
const MAX_BATCH: usize = 16 << 20;

pub(super) fn write(first_lpos: i64, entries: &[Entry]) -> v1::ReplicationEntries {
    let mut plain = Vec::new();
    for entry in entries {
        let bytes = encode(entry);
        encode_varint(bytes.len() as u64, &mut plain);
        plain.extend(bytes);
    }
    let packed = (plain.len() >= WORTH_IT).then(|| zstd::bulk::compress(&plain, LEVEL).ok()).flatten();
    let (batch, unpacked) = match packed {
        Some(packed) if packed.len() < plain.len() => (Batch::Zstd(packed), u32::try_from(plain.len()).unwrap_or(u32::MAX)),
        _ => (Batch::Plain(plain), 0),
    };
    v1::ReplicationEntries { first_lpos, unpacked, batch: Some(batch) }
}

pub(super) fn read(message: v1::ReplicationEntries) -> Result<(i64, Vec<Entry>), Garbled> {
    let unpacked = usize::try_from(message.unpacked).unwrap_or(usize::MAX);
    let plain = match message.batch.ok_or(Garbled("no batch, or one of a newer version"))? {
        Batch::Plain(plain) => plain,
        Batch::Zstd(_) if unpacked > MAX_BATCH => return Err(Garbled("a batch is too long")),
        Batch::Zstd(packed) => {
            zstd::bulk::decompress(&packed, unpacked).map_err(|_| Garbled("a batch that cannot be unpacked"))?
        }
    };
    let mut rest = plain.as_slice();
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let length = decode_varint(&mut rest).map_err(|_| Garbled("a batch is cut off"))?;
        let length = usize::try_from(length).map_err(|_| Garbled("an entry is too long"))?;
        let (entry, behind) = rest.split_at_checked(length).ok_or(Garbled("a batch is cut off"))?;
        entries.push(decode(entry).map_err(|_| Garbled("an entry is not in its canonical form"))?);
        rest = behind;
    }
    if entries.is_empty() {
        return Err(Garbled("a batch without entries"));
    }
    Ok((message.first_lpos, entries))
}
