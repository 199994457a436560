//! Other servers: what they have, what is sent to them, and how long the log is kept for them.

use domain::stamp::{Actor, VersionVector};
use replica::pending::Pending;
use store::{Error, Mark, Origin, Peer, PeerState, Sending};
use uuid::Uuid;

use crate::Place;
use crate::ground::{Site, insert, update};
use crate::meeting::{bring, other};

async fn fill(site: &Site, ids: std::ops::Range<u128>) {
    for id in ids {
        let edits = vec![insert("viewer", id, "Gate"), insert("group", id, "Harbour")];
        site.writer.write(Origin::default(), edits).await.unwrap();
    }
}

/// What a look at the whole log gives, to be compared with the counter.
async fn scan(site: &Site, theirs: &VersionVector) -> Pending {
    let log = site.store.read_log(0, 10_000).await.unwrap();
    Pending::Ops(log.iter().filter(|logged| !theirs.covers(&logged.entry.dot)).map(|logged| logged.entry.ops.len() as u64).sum())
}

async fn read(site: &Site, theirs: &VersionVector, limit: usize, bytes: usize) -> Vec<i64> {
    let after = site.store.resume_at(theirs).await.unwrap();
    match site.store.read_for(theirs, after, limit, bytes).await.unwrap() {
        Sending::Entries { entries, .. } => entries.iter().map(|logged| logged.lpos).collect(),
        Sending::Behind => panic!("the log was cut"),
    }
}

pub(crate) async fn a_sender_skips_what_the_other_has(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    fill(&one, 1..4).await;
    fill(&two, 11..13).await;
    bring(&one, &two).await;
    fill(&two, 13..15).await;
    let (theirs, ours) = (one.store.standing(), two.store.standing());
    assert_eq!(read(&two, &theirs.position.vector, 10, 1 << 20).await, [1, 2, 6, 7]);
    assert_eq!(read(&two, &theirs.position.vector, 3, 1 << 20).await, [1, 2, 6]);
    assert_eq!(read(&two, &theirs.position.vector, 10, 1).await, [1], "at least one");
    assert_eq!(read(&two, &VersionVector::default(), 10, 1 << 20).await, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(two.store.resume_at(&ours.position.vector).await.unwrap(), 7);
    for vector in [&theirs.position.vector, &ours.position.vector, &VersionVector::default()] {
        assert_eq!(two.store.pending(vector).await.unwrap(), scan(&two, vector).await);
    }
    assert_eq!(two.store.pending(&theirs.position.vector).await.unwrap(), Pending::Ops(8));
    assert_eq!(two.store.oldest_missing(&ours.position.vector).await.unwrap(), None);
    let oldest = two.store.read_log(0, 1).await.unwrap()[0].entry.hlc.unix_ms();
    assert_eq!(two.store.oldest_missing(&theirs.position.vector).await.unwrap(), Some(oldest));

    let actor = theirs.position.actor;
    let entry = one.store.read_log(1, 1).await.unwrap().remove(0);
    assert_eq!(two.store.entry(entry.entry.dot).await.unwrap().map(|logged| logged.entry), Some(entry.entry));
    let chain = |site: &Site, seq| {
        let store = site.store.clone();
        async move { store.mark(&actor, seq).await.unwrap().map(|Mark { cum_ops, chain, .. }| (cum_ops, chain)) }
    };
    for seq in 0..=3 {
        let mark = chain(&two, seq).await;
        assert_eq!(mark, chain(&one, seq).await);
        assert_eq!(mark.map(|(cum_ops, _)| cum_ops), Some(seq * 2));
    }
    assert_eq!(two.store.mark(&actor, 4).await.unwrap(), None);
    let stranger = Actor { server: Uuid::from_u128(4), incarnation: 1 };
    assert_eq!(two.store.cum_at(&stranger, 1).await.unwrap(), None);
    one.close().await;
    two.close().await;
}

pub(crate) async fn the_log_is_kept_for_active_peers(place: Place) {
    let site = place.open().await;
    let own = site.loaded.position.actor;
    fill(&site, 1..11).await;
    let has = |seq| VersionVector::from_iter([domain::stamp::Dot { actor: own, seq }]);
    let (near, far) = (Uuid::from_u128(1), Uuid::from_u128(2));
    site.store.put_peer(Peer { acked: has(8), ..Peer::new(near, 100) }).await.unwrap();
    site.store.note_ack(far, has(3), 200).await.unwrap();
    let first = async |store: &store::Store| store.read_log(0, 1).await.unwrap()[0].lpos;
    site.store.trim_log(10).await.unwrap();
    assert_eq!(first(&site.store).await, 4, "the far one has three");
    assert_eq!(site.store.floor().await.unwrap(), has(3));
    assert_eq!(read(&site, &has(3), 100, 1 << 20).await, [4, 5, 6, 7, 8, 9, 10]);
    let behind = site.store.read_for(&has(2), 0, 100, 1 << 20).await.unwrap();
    assert_eq!((behind, site.store.pending(&has(2)).await.unwrap()), (Sending::Behind, Pending::Resync));
    assert_eq!(site.store.pending(&has(3)).await.unwrap(), Pending::Ops(14), "exact at the floor");
    assert_eq!(site.store.mark(&own, 3).await.unwrap().map(|mark| mark.cum_ops), Some(6));
    assert_eq!(site.store.mark(&own, 2).await.unwrap(), None);

    // More of the same is remembered at once and written later; less is written at once.
    site.store.note_ack(far, has(5), 201).await.unwrap();
    site.store.trim_log(10).await.unwrap();
    assert_eq!(first(&site.store).await, 6);
    site.store.note_ack(far, has(2), 202).await.unwrap();
    assert_eq!(site.store.peer(far).unwrap().acked, has(2), "its last word counts");
    let fenced = site.store.fence_silent_peers(150, "silent for 90 days").await.unwrap();
    assert_eq!(fenced, [near]);
    site.close().await;

    let site = place.open().await;
    let peers = site.store.peers();
    let states: Vec<_> = peers.iter().map(|peer| (peer.server, peer.state, peer.reason.as_str(), peer.last_seen)).collect();
    assert_eq!(states, [(near, PeerState::Fenced, "silent for 90 days", 100), (far, PeerState::Active, "", 202)]);
    assert_eq!(peers[1].acked, has(2));
    site.store.note_ack(near, has(8), 300).await.unwrap();
    assert_eq!(site.store.peer(near).unwrap().state, PeerState::Active, "it came back");
    site.store.retire_peer(far, "sold").await.unwrap();
    site.store.note_ack(far, has(4), 301).await.unwrap();
    assert_eq!(site.store.peer(far).unwrap().state, PeerState::Retired, "for good");
    let nobody = site.store.retire_peer(Uuid::from_u128(9), "x").await;
    assert!(matches!(nobody, Err(Error::NotFound { .. })));
    site.store.trim_log(10).await.unwrap();
    assert_eq!(first(&site.store).await, 9, "nothing is kept for the retired one");
    site.store.cut_log(10).await.unwrap();
    assert_eq!(first(&site.store).await, 10, "a cut asks nobody");
    site.store.forget_peer(near).await.unwrap();
    assert_eq!(site.store.peers().len(), 1);
    site.writer.write(Origin::default(), vec![update("viewer", 1, "still going")]).await.unwrap();
    site.close().await;
}
