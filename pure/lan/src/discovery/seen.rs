//! Which messages were heard before.

use std::collections::{BTreeSet, VecDeque};

/// The newest message ids, up to a limit.
#[derive(Debug)]
pub(crate) struct Seen {
    order: VecDeque<String>,
    ids: BTreeSet<String>,
    limit: usize,
}

impl Seen {
    pub(crate) fn new(limit: usize) -> Self {
        Self { order: VecDeque::new(), ids: BTreeSet::new(), limit }
    }

    /// Whether the id is new; remembers it, and forgets the oldest if there are too many.
    pub(crate) fn is_new(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_known_until_they_are_too_old() {
        let mut seen = Seen::new(2);
        assert!(seen.is_new("a"));
        assert!(!seen.is_new("a"));
        assert!(seen.is_new("b"));
        assert!(seen.is_new("c"));
        assert!(!seen.is_new("b"));
        assert!(seen.is_new("a"));
        assert_eq!((seen.order.len(), seen.ids.len()), (2, 2));
    }
}
