//! Which documents may be there: spares new ones a look into the database.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use uuid::Uuid;

/// Hashes of the keys of all documents that were ever there since the start: 8 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Known(HashSet<u64>);

impl Known {
    /// Notes a document.
    pub(crate) fn add(&mut self, kind: &str, id: Uuid) {
        self.0.insert(hash(kind, id));
    }

    /// False only if the document is certainly not there.
    pub(crate) fn may_have(&self, kind: &str, id: Uuid) -> bool {
        self.0.contains(&hash(kind, id))
    }
}

fn hash(kind: &str, id: Uuid) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, id).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noted_document_is_never_denied() {
        let mut known = Known::default();
        (0..10_000).for_each(|n| known.add("viewer", Uuid::from_u128(n)));
        assert!((0..10_000).all(|n| known.may_have("viewer", Uuid::from_u128(n))));
        assert!(!known.may_have("viewer", Uuid::from_u128(10_001)));
        assert!(!known.may_have("group", Uuid::from_u128(1)));
    }
}
