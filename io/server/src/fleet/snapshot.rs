//! How a fleet is at one moment.

use std::collections::BTreeMap;

use serde::Serialize;

/// Counts of a fleet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Snapshot {
    /// Seconds since its start.
    pub seconds: f64,
    /// How many viewers it has.
    pub viewers: usize,
    /// Enrolments, from the start.
    pub enrolled: u64,
    /// Enrolments that were refused, or waited for a person.
    pub not_enrolled: u64,
    /// Sessions that are open now: the server has welcomed them.
    pub open: u64,
    /// Viewers that are welcomed and hold their whole slice.
    pub settled: u64,
    /// Since when all viewers do, Unix milliseconds; 0 if not all do.
    pub whole_since: i64,
    /// Sessions that were welcomed, from the start.
    pub welcomed: u64,
    /// Heartbeats sent, from the start.
    pub heartbeats: u64,
    /// Deltas that were applied, from the start.
    pub applied: u64,
    /// Deltas that did not lead to the slice that they named, from the start.
    pub astray: u64,
    /// Files that were fetched and had the right hash, from the start.
    pub files: u64,
    /// Files that came with another hash or length, from the start.
    pub wrong_files: u64,
    /// When viewers heard of the newest change.
    pub told: Times,
    /// When viewers held the newest change.
    pub held: Times,
    /// How long answers took to questions that the viewers of the sample asked with their heartbeats, in milliseconds.
    pub answers: Times,
    /// What went wrong, and how often.
    pub faults: BTreeMap<String, u64>,
}

/// Moments, Unix milliseconds, or times in milliseconds; 0 where there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// How many.
    pub count: usize,
    /// The first.
    pub first: i64,
    /// The one that half of them are before.
    pub p50: i64,
    /// The one that 99 of 100 are before.
    pub p99: i64,
    /// The last.
    pub last: i64,
}

impl Times {
    pub(super) fn of(moments: &[i64]) -> Self {
        let mut sorted = moments.to_vec();
        sorted.sort_unstable();
        let rank = |per_cent: usize| sorted.get((sorted.len() * per_cent).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0);
        Self {
            count: sorted.len(),
            first: sorted.first().copied().unwrap_or(0),
            p50: rank(50),
            p99: rank(99),
            last: sorted.last().copied().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_nearest_moment() {
        let moments: Vec<i64> = (1..=200).rev().collect();
        assert_eq!(Times::of(&moments), Times { count: 200, first: 1, p50: 100, p99: 198, last: 200 });
        assert_eq!(Times::of(&[7]), Times { count: 1, first: 7, p50: 7, p99: 7, last: 7 });
        assert_eq!(Times::of(&[]), Times::default());
    }
}
