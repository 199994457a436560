//! The groups of a file: MiB by MiB, each of which can be held against the hash of the whole on its own.
//!
//! BLAKE3 is a tree ("BLAKE3, one function, fast everywhere", 2020, section 2.1), and a MiB is a subtree of it. Whoever has the chaining
//! values of all these subtrees can compute the hash of the file from them, and so find out whether they are right; and then
//! whether a MiB is right without any other. The list of these values takes 32 bytes for each MiB.

use std::ops::Range;

use blake3::Hasher;
use blake3::hazmat::{ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root};

use crate::cell::Hash;

/// Bytes of a group; the last one of a file may be shorter.
pub const GROUP: u64 = 1 << 20;

/// Bytes of a group's value in a list.
pub const VALUE: usize = 32;

/// What the groups of a file must be. It belongs to the hash for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    hash: Hash,
    bytes: u64,
    /// The chaining values; none where the file is one group, which the hash itself vouches for.
    values: Vec<ChainingValue>,
}

/// How many groups a file of that many bytes has: at least one.
#[must_use]
pub fn count(bytes: u64) -> u64 {
    bytes.div_ceil(GROUP).max(1)
}

impl Groups {
    /// Those of a file that is one group; none if it is longer.
    #[must_use]
    pub fn of_short(hash: Hash, bytes: u64) -> Option<Self> {
        (bytes <= GROUP).then(|| Self { hash, bytes, values: Vec::new() })
    }

    /// Reads a list that somebody gave; none if it does not belong to a file with this hash and of that many bytes.
    #[must_use]
    pub fn read(hash: Hash, bytes: u64, list: &[u8]) -> Option<Self> {
        if let Some(short) = Self::of_short(hash, bytes) {
            return list.is_empty().then_some(short);
        }
        let (values, rest) = list.as_chunks::<VALUE>();
        let fits = rest.is_empty() && values.len() as u64 == count(bytes);
        (fits && root(values) == hash).then(|| Self { hash, bytes, values: values.to_vec() })
    }

    /// The list, for [`Self::read`]; empty where the file is one group.
    #[must_use]
    pub fn list(&self) -> Vec<u8> {
        self.values.concat()
    }

    /// Hash of the file.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Length of the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many groups there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        count(self.bytes)
    }

    /// Where a group lies, in bytes; empty past the end.
    #[must_use]
    pub fn range(&self, group: u64) -> Range<u64> {
        let at = |group: u64| group.saturating_mul(GROUP).min(self.bytes);
        at(group)..at(group.saturating_add(1))
    }

    /// Whether these parts, one after the other, are that group.
    #[must_use]
    pub fn is_right(&self, group: u64, parts: &[impl AsRef<[u8]>]) -> bool {
        let range = self.range(group);
        let length: u64 = parts.iter().map(|part| part.as_ref().len() as u64).sum();
        if length != range.end - range.start || (length == 0 && group > 0) {
            return false;
        }
        let mut hasher = Hasher::new();
        hasher.set_input_offset(range.start);
        for part in parts {
            hasher.update(part.as_ref());
        }
        match usize::try_from(group).ok().and_then(|group| self.values.get(group)) {
            Some(value) => hasher.finalize_non_root() == *value,
            None => hasher.finalize() == self.hash.0,
        }
    }
}

/// Computes the groups of bytes that come one after the other, and their hash with them.
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    hasher: Hasher,
    /// Bytes of the group under way.
    within: u64,
    values: Vec<ChainingValue>,
}

impl Grouping {
    /// Goes on with `bytes`.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.within == GROUP {
                self.values.push(self.hasher.finalize_non_root());
                self.hasher = Hasher::new();
                self.hasher.set_input_offset(self.values.len() as u64 * GROUP);
                self.within = 0;
            }
            let room = usize::try_from(GROUP - self.within).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.hasher.update(now);
            self.within += now.len() as u64;
            bytes = later;
        }
    }

    /// How many bytes came.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.values.len() as u64 * GROUP + self.within
    }

    /// The groups of all that came.
    #[must_use]
    pub fn finish(mut self) -> Groups {
        let bytes = self.bytes();
        if self.values.is_empty() {
            return Groups { hash: Hash(*self.hasher.finalize().as_bytes()), bytes, values: Vec::new() };
        }
        self.values.push(self.hasher.finalize_non_root());
        Groups { hash: root(&self.values), bytes, values: self.values }
    }
}

/// The hash of a file with these groups, of which there are two at the least.
fn root(values: &[ChainingValue]) -> Hash {
    let (left, right) = split(values);
    Hash(*merge_subtrees_root(&node(left), &node(right), Mode::Hash).as_bytes())
}

fn node(values: &[ChainingValue]) -> ChainingValue {
    if let [one] = values {
        return *one;
    }
    let (left, right) = split(values);
    merge_subtrees_non_root(&node(left), &node(right), Mode::Hash)
}

/// The left subtree is the largest whole one that leaves something to the right.
fn split(values: &[ChainingValue]) -> (&[ChainingValue], &[ChainingValue]) {
    values.split_at(1 << (values.len() - 1).ilog2())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn noise(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        Hasher::new().update(b"noise").finalize_xof().fill(&mut bytes);
        bytes
    }

    fn grouped(bytes: &[u8], step: usize) -> Groups {
        let mut grouping = Grouping::default();
        bytes.chunks(step).for_each(|piece| grouping.update(piece));
        assert_eq!(grouping.bytes(), bytes.len() as u64);
        grouping.finish()
    }

    #[test]
    fn the_hash_is_that_of_the_whole_whatever_the_pieces() {
        let bytes = noise(9 * MIB + 77);
        for length in [0, 1, 1_024, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 1_024, 4 * MIB, 5 * MIB + 1, 8 * MIB, bytes.len()] {
            let whole = &bytes[..length];
            for step in [1_000, MIB, 3 * MIB + 5] {
                let groups = grouped(whole, step);
                assert_eq!(groups.hash(), Hash::of(whole), "{length} in pieces of {step}");
                assert_eq!(Groups::read(groups.hash(), length as u64, &groups.list()), Some(groups));
            }
        }
    }

    #[test]
    fn each_group_is_judged_alone() {
        let bytes = noise(3 * MIB + 500);
        let groups = grouped(&bytes, MIB);
        assert_eq!((groups.count(), groups.list().len()), (4, 128));
        let part = |group: usize| bytes[group * MIB..bytes.len().min((group + 1) * MIB)].to_vec();
        for group in 0..4 {
            let right = part(group);
            assert!(groups.is_right(group as u64, &[&right[..300], &right[300..]]));
            let mut wrong = right.clone();
            wrong[499] ^= 1;
            assert!(!groups.is_right(group as u64, &[wrong]), "a flipped bit in {group}");
            assert!(!groups.is_right(group as u64, &[&right[..499]]), "a group that is too short");
            assert!(!groups.is_right((group as u64 + 1) % 4, &[right]), "a group in another's place");
        }
        assert!(!groups.is_right(4, &[b""]), "there is no fifth group");
    }

    #[test]
    fn a_list_that_does_not_lead_to_the_hash_is_refused() {
        let bytes = noise(5 * MIB);
        let groups = grouped(&bytes, MIB);
        let (hash, length, list) = (groups.hash(), groups.bytes(), groups.list());
        let mut wrong = list.clone();
        wrong[33] ^= 0x80;
        assert_eq!(Groups::read(hash, length, &wrong), None);
        assert_eq!(Groups::read(hash, length, &list[..128]), None);
        assert_eq!(Groups::read(hash, length + GROUP, &list), None);
        assert_eq!(Groups::read(hash, length, &[&list[..], &[0]].concat()), None);
        assert_eq!(Groups::read(hash, 5, &list), None, "a short file has no list");
        let short = Groups::of_short(Hash::of(b"abc"), 3).unwrap();
        assert!(short.is_right(0, &[b"abc"]) && !short.is_right(0, &[b"abd"]) && !short.is_right(1, &[b"abc"]));
    }
}
