//! Two servers, one of them always on SQLite: what one has is brought to the other without a network.

use store::{AppliedBatch, Engine, Sending};

use crate::Place;
use crate::ground::Site;

/// Entries that one batch of these tests holds.
const BATCH: usize = 3;

/// A second server beside the one of a test.
pub(crate) fn other() -> Place {
    Place::new(Engine::Sqlite)
}

/// Brings everything that `to` lacks, batch by batch; returns the answers.
pub(crate) async fn bring(from: &Site, to: &Site) -> Vec<AppliedBatch> {
    let mut vector = to.store.standing().position.vector.clone();
    let mut after = from.store.resume_at(&vector).await.unwrap();
    let mut answers = Vec::new();
    loop {
        let Sending::Entries { entries, next } = from.store.read_for(&vector, after, BATCH, 1 << 20).await.unwrap() else {
            panic!("the log was cut")
        };
        if entries.is_empty() {
            return answers;
        }
        after = next;
        let batch = to.writer.apply(entries.into_iter().map(|logged| logged.entry).collect()).await.unwrap();
        vector = batch.vector.clone();
        answers.push(batch);
    }
}

/// Brings everything both ways.
pub(crate) async fn meet(one: &Site, two: &Site) {
    bring(one, two).await;
    bring(two, one).await;
    agree(one, two);
}

/// Both have the same documents, vector, histories and digest.
pub(crate) fn agree(one: &Site, two: &Site) {
    let (here, there) = (one.store.standing(), two.store.standing());
    assert_eq!(here.position.vector, there.position.vector);
    assert_eq!(*one.writer.state(), *two.writer.state());
    assert_eq!(here.digest, there.digest);
    let ends = |site: &store::Standing| {
        let ends = site.position.heads.iter().map(|(actor, head)| (*actor, head.cum_ops, head.chain));
        ends.collect::<Vec<_>>()
    };
    assert_eq!(ends(&here), ends(&there));
    let sum = |site: &Site| {
        let rows = site.writer.state();
        let parts = rows.0.iter().map(|((kind, id), row)| replica::digest::summand(kind, *id, row));
        parts.fold(0_u128, u128::wrapping_add)
    };
    assert_eq!(here.digest, sum(one), "the digest is that of the documents");
}
