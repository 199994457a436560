//! Digests: databases with equal vectors must have equal sums, bucket by bucket.

use std::collections::BTreeMap;

use domain::commit::{DigestDelta, RowChange};
use domain::log::Row;
use uuid::Uuid;

use crate::encoding::encode_row;

/// Number of buckets of each kind.
pub const BUCKETS: u16 = 1024;

/// The bucket of a document: the last ten bits of its id, which are random in a UUIDv7.
#[must_use]
pub fn bucket(id: Uuid) -> u16 {
    (id.as_u128() % u128::from(BUCKETS)) as u16
}

/// What a row adds to the sum of its bucket, modulo 2^128.
#[must_use]
pub fn summand(kind: &str, id: Uuid, row: &Row) -> u128 {
    let mut hash = [0; 16];
    blake3::Hasher::new().update(&encode_row(kind, id, row)).finalize_xof().fill(&mut hash);
    u128::from_be_bytes(hash)
}

/// What changes in the digest when rows change. Buckets that stay as they are do not appear.
#[must_use]
pub fn deltas(changes: &[RowChange]) -> Vec<DigestDelta> {
    let added = |change: &RowChange| {
        let part = |row: &Option<Row>| row.as_ref().map_or(0, |row| summand(&change.kind, change.id, row));
        part(&change.after).wrapping_sub(part(&change.before))
    };
    if let [change] = changes {
        // As in most entries.
        let (sum, bucket) = (added(change), bucket(change.id));
        return if sum == 0 { Vec::new() } else { vec![DigestDelta { kind: change.kind.clone(), bucket, sum }] };
    }
    let mut sums: BTreeMap<(&str, u16), u128> = BTreeMap::new();
    for change in changes {
        let sum = sums.entry((&change.kind, bucket(change.id))).or_default();
        *sum = sum.wrapping_add(added(change));
    }
    sums.into_iter()
        .filter(|(_, sum)| *sum != 0)
        .map(|((kind, bucket), sum)| DigestDelta { kind: kind.to_owned(), bucket, sum })
        .collect()
}
