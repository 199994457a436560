//! Heads and digest: what the log adds up to.
//!
//! Every entry carries what it adds to them, and their tables follow the log in larger steps, so that a commit touches fewer pages. At a
//! start, what the entries since the last step add is counted in.

use std::collections::BTreeSet;

use domain::commit::DigestDelta;

/// The reader of the log that says up to where the tables have followed. What comes after is never cut from the log.
pub(crate) const READER: &str = "digest";

/// Additions after which the tables follow: enough to make them rare, few enough to be read at a start in no time.
const STEP: usize = 16_384;

/// What the tables do not have yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lag {
    /// Entries, and what they add to buckets.
    additions: usize,
    /// The buckets that differ.
    pub(crate) buckets: BTreeSet<(String, u16)>,
}

impl Lag {
    /// Notes an entry that adds to these buckets.
    pub(crate) fn note<'a>(&mut self, deltas: impl IntoIterator<Item = &'a DigestDelta>) {
        self.additions += 1;
        for delta in deltas {
            self.additions += 1;
            self.buckets.insert((delta.kind.clone(), delta.bucket));
        }
    }

    /// Notes entries with so many additions, to these buckets.
    pub(crate) fn grow(&mut self, additions: usize, buckets: impl IntoIterator<Item = (String, u16)>) {
        self.additions += additions;
        self.buckets.extend(buckets);
    }

    /// Whether the tables have followed to the end of the log.
    pub(crate) fn is_empty(&self) -> bool {
        self.additions == 0
    }

    /// Whether the tables should follow now that so many additions come on top.
    pub(crate) fn is_long_with(&self, additions: usize) -> bool {
        self.additions + additions >= STEP
    }
}

/// What an entry adds to the digest, as the log keeps it: for each bucket the length of the kind (1 byte), the kind, the bucket (2 bytes)
/// and the summand (16 bytes), numbers with the highest byte first.
pub(crate) fn pack(deltas: &[DigestDelta]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(deltas.len() * 32);
    for delta in deltas {
        bytes.push(u8::try_from(delta.kind.len()).expect("kinds have short names"));
        bytes.extend(delta.kind.as_bytes());
        bytes.extend(delta.bucket.to_be_bytes());
        bytes.extend(delta.sum.to_be_bytes());
    }
    bytes
}

/// Undoes [`pack`]; none if the bytes are damaged.
pub(crate) fn unpack(mut bytes: &[u8]) -> Option<Vec<DigestDelta>> {
    let mut deltas = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (kind, rest) = rest.split_at_checked(usize::from(*length))?;
        let (bucket, rest) = rest.split_first_chunk()?;
        let (sum, rest) = rest.split_first_chunk()?;
        let kind = str::from_utf8(kind).ok()?.to_owned();
        deltas.push(DigestDelta { kind, bucket: u16::from_be_bytes(*bucket), sum: u128::from_be_bytes(*sum) });
        bytes = rest;
    }
    Some(deltas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additions_come_back_and_damage_is_seen() {
        let delta = |kind: &str, bucket, sum| DigestDelta { kind: kind.into(), bucket, sum };
        let deltas = [delta("viewer", 0, 1), delta("group", 1023, u128::MAX), delta("viewer", 513, 1 << 77)];
        let packed = pack(&deltas);
        assert_eq!(unpack(&packed).unwrap(), deltas);
        assert_eq!(unpack(&packed[..packed.len() - 1]), None);
        assert_eq!(unpack(&[]).unwrap(), []);
    }

    #[test]
    fn the_tables_follow_after_enough_entries() {
        let mut lag = Lag::default();
        assert!(lag.is_empty());
        let deltas = [DigestDelta { kind: "viewer".into(), bucket: 7, sum: 1 }];
        (0..STEP / 2 - 1).for_each(|_| lag.note(&deltas));
        assert!(!lag.is_long_with(0) && !lag.is_long_with(1) && lag.buckets.len() == 1);
        assert!(lag.is_long_with(2));
        lag.grow(2, [("group".to_owned(), 3)]);
        assert!(lag.is_long_with(0) && lag.buckets.len() == 2);
    }
}
