//! What of a horizon is still free while rows are laid on it, the strongest first.

use std::collections::BTreeMap;

/// Free times, apart from each other and not touching.
#[derive(Clone, Debug)]
pub(super) struct Gaps(BTreeMap<i64, i64>);

impl Gaps {
    /// Everything from `from` to `until` is free.
    pub(super) fn whole(from: i64, until: i64) -> Self {
        Self(if from < until { BTreeMap::from([(from, until)]) } else { BTreeMap::new() })
    }

    /// Takes a time that lies inside one gap.
    pub(super) fn take(&mut self, from: i64, until: i64) {
        let Some((&start, &end)) = self.0.range(..=from).next_back() else { return };
        if start < from {
            self.0.insert(start, from);
        } else {
            self.0.remove(&start);
        }
        if until < end {
            self.0.insert(until, end);
        }
    }

    /// The first gap that ends after `at`.
    pub(super) fn next_after(&self, at: i64) -> Option<(i64, i64)> {
        let around = self.0.range(..=at).next_back().filter(|(_, end)| **end > at);
        around.or_else(|| self.0.range(at..).next()).map(|(start, end)| (*start, *end))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.0.iter().map(|(start, end)| (*start, *end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_splits_shortens_and_removes() {
        let mut gaps = Gaps::whole(0, 100);
        gaps.take(40, 60);
        gaps.take(0, 10);
        gaps.take(90, 100);
        assert_eq!(gaps.iter().collect::<Vec<_>>(), [(10, 40), (60, 90)]);
        assert_eq!(gaps.next_after(5), Some((10, 40)));
        assert_eq!(gaps.next_after(39), Some((10, 40)));
        assert_eq!(gaps.next_after(40), Some((60, 90)));
        assert_eq!(gaps.next_after(90), None);
        gaps.take(10, 40);
        gaps.take(60, 90);
        assert!(gaps.is_empty());
    }
}
