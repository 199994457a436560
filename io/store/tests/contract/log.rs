//! The log and its readers.

use domain::id::ServerId;
use domain::lead::Lead;
use replica::election::Vote;
use store::Origin;

use crate::Place;
use crate::ground::{insert, update};

pub(crate) async fn entries_come_back_in_order(place: Place) {
    let site = place.open().await;
    let mut published = site.writer.subscribe();
    let mut expected = Vec::new();
    for id in 1..=5 {
        site.writer.write(Origin::default(), vec![insert("viewer", id, "Gate")]).await.unwrap();
        expected.push(published.try_recv().unwrap().entry.clone());
    }
    let log = site.store.read_log(0, 100).await.unwrap();
    assert_eq!(log.iter().map(|logged| logged.lpos).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(log.into_iter().map(|logged| logged.entry).collect::<Vec<_>>(), expected);
    let part = site.store.read_log(2, 2).await.unwrap();
    assert_eq!(part.iter().map(|logged| logged.lpos).collect::<Vec<_>>(), [3, 4]);
    site.close().await;
}

pub(crate) async fn chains_continue_over_a_restart(place: Place) {
    for round in 0..3 {
        let site = place.open().await;
        let edit = if round == 0 { insert("viewer", 1, "Gate") } else { update("viewer", 1, &format!("Gate {round}")) };
        site.writer.write(Origin::default(), vec![edit]).await.unwrap();
        site.close().await;
    }
    let site = place.open().await;
    let log = site.store.read_log(0, 100).await.unwrap();
    let chain = log.iter().fold([0; 16], |chain, logged| replica::chain::chain(&chain, &logged.entry));
    let position = &site.loaded.position;
    let head = &position.heads[&position.actor];
    assert_eq!((head.chain, head.cum_ops, log.len()), (chain, 3, 3));
    assert_eq!(position.last_hlc, log[2].entry.hlc);
    assert!(log.windows(2).all(|pair| pair[0].entry.hlc < pair[1].entry.hlc), "although the clock stands");
    site.close().await;
}

pub(crate) async fn the_log_is_not_cut_past_a_reader(place: Place) {
    let site = place.open().await;
    for id in 1..=6 {
        site.writer.write(Origin::default(), vec![insert("viewer", id, "Gate")]).await.unwrap();
    }
    assert_eq!(site.store.reader("audit").await.unwrap(), None);
    site.store.move_reader("audit", 4).await.unwrap();
    site.store.move_reader("audit", 3).await.unwrap();
    assert_eq!(site.store.reader("audit").await.unwrap(), Some(4));
    let first = async |store: &store::Store| store.read_log(0, 1).await.unwrap()[0].lpos;
    site.store.trim_log(2).await.unwrap();
    assert_eq!(first(&site.store).await, 3);
    site.store.trim_log(6).await.unwrap();
    assert_eq!(first(&site.store).await, 5, "the reader has not come further");
    site.store.drop_reader("audit").await.unwrap();
    site.store.trim_log(6).await.unwrap();
    assert_eq!(first(&site.store).await, 6, "the last entry stays");
    let position = site.loaded.position.clone();
    site.close().await;
    let site = place.open().await;
    assert_eq!(site.loaded.position.vector.get(&position.actor), 6);
    assert_eq!(site.loaded.lpos, 6);
    site.close().await;
}

pub(crate) async fn what_is_old_is_told_from_what_is_young(place: Place) {
    let site = place.open().await;
    for id in 1..=3 {
        site.writer.write(Origin::default(), vec![insert("viewer", id, "Gate")]).await.unwrap();
    }
    // The clock of these tests stands.
    let now = 1_790_000_000_000;
    let store = &site.store;
    assert_eq!(store.older_than(now - 1_000, now).await.unwrap(), 0, "all was made later");
    assert_eq!(store.older_than(now + 1_000, now + 2_000).await.unwrap(), 3, "all was made before");
    let long_ago = now - 10 * 86_400_000;
    assert_eq!(store.older_than(long_ago - 1_000, long_ago).await.unwrap(), 3, "a clock that is days ahead says nothing");
    site.close().await;
}

pub(crate) async fn who_leads_is_known_after_a_restart(place: Place) {
    let lead = |number, server| Lead { number, server: ServerId(uuid::Uuid::from_u128(server)) };
    let site = place.open().await;
    assert_eq!(site.store.heard_lead(), Lead::default());
    site.store.note_lead(lead(3, 9)).await.unwrap();
    site.store.note_lead(lead(3, 7)).await.unwrap();
    site.store.note_lead(lead(2, 9)).await.unwrap();
    assert_eq!(site.store.heard_lead(), lead(3, 9));
    site.close().await;
    let site = place.open().await;
    assert_eq!(site.store.heard_lead(), lead(3, 9));
    site.close().await;
}

pub(crate) async fn a_vote_is_known_after_a_restart(place: Place) {
    let vote = |term, server| Vote { term, server: uuid::Uuid::from_u128(server) };
    let site = place.open().await;
    assert_eq!(site.store.vote(), Vote::default());
    site.store.note_vote(vote(3, 9)).await.unwrap();
    assert_eq!(site.store.vote(), vote(3, 9));
    site.close().await;
    let site = place.open().await;
    assert_eq!(site.store.vote(), vote(3, 9));
    site.close().await;
}
