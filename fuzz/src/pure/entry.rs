//! Entries of the log, as another server sends them.

use domain::log::Position;
use domain::stamp::Actor;
use replica::encoding::{decode, encode};
use replica::{Applied, apply, join_position};
use uuid::Uuid;

/// What reads, is written as the same bytes, so that all servers hash the same; and may be applied to any database.
pub(super) fn run(data: &[u8]) {
    let Ok(entry) = decode(data) else { return };
    assert_eq!(encode(&entry), data, "an entry has one spelling");
    let mut position = Position::new(Actor { server: Uuid::from_u128(2), incarnation: 1 });
    let before = position.clone();
    match apply(&mut position, &entry, 1_790_000_000_000, &|_, _| None) {
        Ok(Applied::New(new)) => {
            assert!(position.vector.covers(&entry.dot));
            assert!(new.changes.len() <= entry.ops.len());
            let known = apply(&mut position, &entry, 1_790_000_000_000, &|_, _| None);
            assert!(matches!(known, Ok(Applied::Known)), "an entry counts once");
            let (joined, _) = join_position(&before, &position);
            assert_eq!(joined.vector, position.vector);
        }
        Ok(Applied::Known) => assert_eq!(entry.dot.seq, 0),
        Err(_) => assert_eq!(position, before, "a refused entry changes nothing"),
    }
}
