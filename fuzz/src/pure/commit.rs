//! Changes as requests ask for them, on their way through the log to another server.

use std::cell::RefCell;
use std::collections::BTreeMap;

use domain::commit::{Proposal, RowChange};
use domain::log::{Edit, MAX_OPS, Position, Row};
use domain::stamp::Actor;
use replica::encoding::{decode, encode};
use replica::{Applied, apply};
use uuid::Uuid;

/// A database: rows by kind and id.
#[derive(Default)]
struct Database(RefCell<BTreeMap<(String, Uuid), Row>>);

impl Database {
    fn find(&self, kind: &str, id: Uuid) -> Option<Row> {
        self.0.borrow().get(&(kind.to_owned(), id)).cloned()
    }

    fn store(&self, changes: &[RowChange]) {
        for change in changes {
            let key = (change.kind.clone(), change.id);
            match &change.after {
                Some(row) => self.0.borrow_mut().insert(key, row.clone()),
                None => self.0.borrow_mut().remove(&key),
            };
        }
    }
}

/// One server commits; another reads the entries' bytes and applies them. Both come to the same rows, digests and chain hashes.
pub(super) fn run(data: &[u8]) {
    let Ok(proposals) = serde_json::from_slice::<Vec<Vec<Edit>>>(data) else { return };
    let actor = Actor { server: Uuid::from_u128(1), incarnation: 1 };
    let (here, there) = (Database::default(), Database::default());
    let mut position = Position::new(actor);
    let mut follower = Position::new(Actor { server: Uuid::from_u128(2), incarnation: 1 });
    for (number, edits) in proposals.into_iter().take(20).enumerate() {
        // A wall clock that jumps back and forth.
        let wall_ms = 1_790_000_000_000 + [0, 5, -7, 1_000][number % 4];
        let proposal = Proposal { edits, wall_ms, author: None, request: None, schema: 1, epoch: 0 };
        let before = position.clone();
        let Ok(committed) = replica::commit(&mut position, proposal, &|kind, id| here.find(kind, id)) else {
            assert_eq!(position, before, "a refused commit leaves the position");
            continue;
        };
        here.store(&committed.changes);
        let Some(entry) = committed.entry else { continue };
        assert!(!entry.ops.is_empty() && entry.ops.len() <= MAX_OPS);
        let entry = decode(&encode(&entry)).expect("what was written can be read");
        let applied = apply(&mut follower, &entry, wall_ms, &|kind, id| there.find(kind, id)).expect("entries come in order");
        let Applied::New(new) = applied else { panic!("the entry is new") };
        there.store(&new.changes);
        assert_eq!(sorted(new.changes), sorted(committed.changes));
        assert_eq!((new.digest, new.head), (committed.digest, committed.head));
    }
    assert_eq!(here.0, there.0);
    assert_eq!(position.heads, follower.heads);
}

/// The writer lists documents in the order of the edits, the reader in that of their ids.
fn sorted(mut changes: Vec<RowChange>) -> Vec<RowChange> {
    changes.sort_by(|a, b| (&a.kind, a.id).cmp(&(&b.kind, b.id)));
    changes
}
