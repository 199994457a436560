//! Entries of other servers are taken in.

use domain::log::{Change, Entry};
use domain::stamp::Hlc;
use replica::ApplyError;
use serde_json::json;
use store::facts::{NoticeFilter, Resolved};
use store::{ApplyFailed, Done, Failed, MAX_BATCH, Origin};
use uuid::Uuid;

use crate::Place;
use crate::ground::{Site, edit, insert, update};
use crate::meeting::{agree, bring, meet, other};

async fn write(site: &Site, edits: Vec<domain::log::Edit>) {
    site.writer.write(Origin::default(), edits).await.unwrap();
}

async fn entries(site: &Site) -> Vec<Entry> {
    site.store.read_log(0, 10_000).await.unwrap().into_iter().map(|logged| logged.entry).collect()
}

pub(crate) async fn entries_of_others_are_like_own_ones(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    let request = Some(Uuid::from_u128(7));
    let origin = Origin { author: Some(Uuid::from_u128(77)), request };
    one.writer.write(origin, vec![insert("viewer", 1, "Gate"), insert("viewer", 2, "Pier")]).await.unwrap();
    write(&two, vec![insert("group", 1, "Here first")]).await;
    for n in 0..5 {
        write(&one, vec![update("viewer", 1, &format!("Gate {n}")), insert("viewer", 10 + n, "More")]).await;
    }
    write(&one, vec![edit("viewer", 2, Change::Delete)]).await;

    let mut published = two.writer.subscribe();
    let mut standing = two.store.watch_standing();
    let answers = bring(&one, &two).await;
    assert_eq!(answers.iter().map(|answer| (answer.new, answer.lpos)).collect::<Vec<_>>(), [(3, 4), (3, 7), (1, 8)]);
    assert!(standing.has_changed().unwrap() && standing.borrow_and_update().lpos == 8);
    let theirs = one.store.standing().position.actor;
    for (lpos, entry) in (2..).zip(entries(&one).await) {
        let heard = published.try_recv().unwrap();
        assert_eq!((heard.lpos, heard.entry.dot.actor, &heard.entry), (lpos, theirs, &entry));
        assert!(!heard.changes.is_empty());
    }
    let log = two.store.read_log(1, 100).await.unwrap();
    assert_eq!(log.into_iter().map(|logged| logged.entry).collect::<Vec<_>>(), entries(&one).await, "unchanged");
    let again = two.writer.write(origin, vec![insert("viewer", 99, "twice")]).await.unwrap();
    assert!(matches!(again, Done::Repeated { dot, .. } if dot.actor == theirs), "a request counts on every server");
    meet(&one, &two).await;

    let lpos = two.store.standing().lpos;
    let known = two.writer.apply(entries(&one).await).await.unwrap();
    assert_eq!((known.new, known.lpos, two.store.standing().lpos), (0, lpos, lpos));
    let (state, stood) = (two.writer.state(), two.store.standing());
    two.close().await;
    let two = place.open().await;
    assert_eq!((&*two.writer.state(), &*two.store.standing()), (&*state, &*stood), "after a restart");
    write(&two, vec![update("viewer", 1, "after the restart")]).await;
    meet(&one, &two).await;
    one.close().await;
    two.close().await;
}

pub(crate) async fn a_batch_that_does_not_fit_changes_nothing(place: Place) {
    let (there, third) = (other(), other());
    let (one, two, three) = (there.open().await, place.open().await, third.open().await);
    write(&one, vec![insert("viewer", 1, "Gate")]).await;
    bring(&one, &three).await;
    write(&three, vec![update("viewer", 1, "Quay")]).await;
    for id in 2..6 {
        write(&one, vec![insert("viewer", id, "Pier")]).await;
    }
    let (all, caused) = (entries(&one).await, entries(&three).await.pop().unwrap());
    let before = (two.writer.state(), two.store.standing());
    let gap = two.writer.apply(vec![all[0].clone(), all[2].clone()]).await;
    assert!(matches!(gap, Err(ApplyFailed::Refused(ApplyError::Gap { expected: 2, .. }))), "{gap:?}");
    let early = two.writer.apply(vec![caused.clone()]).await;
    assert!(matches!(early, Err(ApplyFailed::Refused(ApplyError::Causality { .. }))), "{early:?}");
    let mut late = all[1].clone();
    late.hlc = Hlc::from_unix_ms(4_200_000_000_000);
    let late = two.writer.apply(vec![all[0].clone(), late]).await;
    assert!(matches!(late, Err(ApplyFailed::Refused(ApplyError::FarFuture { .. }))), "{late:?}");
    let mut own = all[0].clone();
    own.dot.actor = before.1.position.actor;
    let own = two.writer.apply(vec![all[0].clone(), own]).await;
    assert!(matches!(own, Err(ApplyFailed::Own(dot)) if dot.seq == 1), "{own:?}");
    let many = two.writer.apply(vec![all[0].clone(); MAX_BATCH + 1]).await;
    assert_eq!(many, Err(ApplyFailed::TooMany { count: MAX_BATCH + 1 }));
    assert_eq!((&two.writer.state(), &two.store.standing()), (&before.0, &before.1));

    // A refused batch between changes of this server, in one queue.
    let (first, refused, second) = tokio::join!(
        two.writer.write(Origin::default(), vec![insert("group", 1, "Here")]),
        two.writer.apply(vec![all[0].clone(), all[2].clone()]),
        two.writer.write(Origin::default(), vec![update("group", 1, "There")]),
    );
    assert!(first.is_ok() && refused.is_err() && second.is_ok(), "{first:?} {refused:?} {second:?}");
    assert!(matches!(two.writer.write(Origin::default(), vec![update("viewer", 1, "x")]).await, Err(Failed::Commit(_))));
    let applied = two.writer.apply(all.into_iter().chain([caused]).collect()).await.unwrap();
    assert_eq!(applied.new, 6);
    bring(&three, &two).await;
    bring(&two, &one).await;
    agree(&one, &two);
    for site in [one, two, three] {
        site.close().await;
    }
}

/// Large batches are written while they are judged.
pub(crate) async fn a_large_batch_is_taken_in_whole_or_not_at_all(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    write(&two, vec![insert("viewer", 7_000, "Here first")]).await;
    bring(&two, &one).await;
    for n in 0..100 {
        write(&one, vec![insert("viewer", n, "Gate"), update("viewer", 7_000, &format!("Gate {n}"))]).await;
        let change = if n % 2 == 0 { Change::Delete } else { Change::Update(crate::ground::name("Pier")) };
        write(&one, vec![edit("viewer", n, change), insert("group", n, "More")]).await;
    }
    let all: Vec<Entry> = entries(&one).await.split_off(1);
    let before = two.writer.state();
    // The gap comes when half of the batch lies in the database already.
    let torn: Vec<Entry> = all.iter().enumerate().filter(|(n, _)| *n != 150).map(|(_, entry)| entry.clone()).collect();
    let (first, refused, second) = tokio::join!(
        two.writer.write(Origin::default(), vec![insert("viewer", 8_000, "Mole")]),
        two.writer.apply(torn),
        two.writer.write(Origin::default(), vec![update("viewer", 8_000, "Dock")]),
    );
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    assert!(matches!(refused, Err(ApplyFailed::Refused(ApplyError::Gap { expected: 151, .. }))), "{refused:?}");
    assert_eq!((two.store.standing().lpos, two.writer.state().0.len()), (3, before.0.len() + 1));

    let (change, applied) =
        tokio::join!(two.writer.write(Origin::default(), vec![insert("viewer", 8_001, "Quay")]), two.writer.apply(all.clone()),);
    assert!(change.is_ok(), "{change:?}");
    assert_eq!(applied.unwrap().new, 200);
    assert_eq!(entries(&two).await.split_off(4), all);
    meet(&one, &two).await;
    let again = two.writer.apply(all).await.unwrap();
    assert_eq!((again.new, again.lpos), (0, 204));
    let (state, stood) = (two.writer.state(), two.store.standing());
    two.close().await;
    let two = place.open().await;
    assert_eq!((&*two.writer.state(), &*two.store.standing()), (&*state, &*stood), "after a restart");
    one.close().await;
    two.close().await;
}

pub(crate) async fn what_loses_is_kept_as_a_notice(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    let password = |text: &str| Change::Update([("password".to_owned(), json!(text)), ("name".to_owned(), json!(text))].into());
    let cells = [("password".to_owned(), json!("first")), ("name".to_owned(), json!("first"))].into();
    write(&one, vec![insert("viewer", 1, "Gate"), insert("viewer", 2, "Pier"), edit("user", 3, Change::Insert(cells))]).await;
    meet(&one, &two).await;
    write(&one, vec![update("viewer", 1, "Quay"), edit("viewer", 2, Change::Delete), edit("user", 3, password("one"))]).await;
    write(&two, vec![update("viewer", 1, "Dock"), update("viewer", 2, "Mole"), edit("user", 3, password("two"))]).await;
    meet(&one, &two).await;
    let mut lists = Vec::new();
    for site in [&one, &two] {
        let open = NoticeFilter { open: true, ..NoticeFilter::default() };
        let list = site.store.facts().list_notices(&open, None, 100).await.unwrap();
        assert_eq!(site.store.facts().open_notices().await.unwrap(), list.len() as u64);
        lists.push(list);
    }
    let lost = |list: &[store::facts::Noticed]| {
        let mut lost: Vec<_> = list
            .iter()
            .map(|noticed| (noticed.notice.document.as_u128(), noticed.notice.cell.clone(), noticed.value.clone()))
            .collect();
        lost.sort_by_key(|(document, cell, _)| (*document, cell.clone()));
        lost
    };
    let loser = if one.writer.state().cell("viewer", Uuid::from_u128(1), "name") == Some(&json!("Quay")) { "two" } else { "one" };
    let viewer = if loser == "two" { "Dock" } else { "Quay" };
    let expected = [
        (1, "name".to_owned(), Some(json!(viewer))),
        (2, "name".to_owned(), Some(json!("Mole"))),
        (3, "name".to_owned(), Some(json!(loser))),
        (3, "password".to_owned(), None),
    ];
    assert_eq!((lost(&lists[0]), lost(&lists[1])), (expected.to_vec(), expected.to_vec()));
    let ids = |list: &[store::facts::Noticed]| {
        let ids = list.iter().map(|noticed| noticed.notice.id);
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&lists[0]), ids(&lists[1]), "both servers call them by the same ids");

    let facts = two.store.facts();
    let id = lists[1][0].notice.id;
    let by = Some(Uuid::from_u128(5));
    facts.resolve_notice(id, by, 70).await.unwrap();
    facts.resolve_notice(id, None, 80).await.unwrap();
    let all = facts.list_notices(&NoticeFilter::default(), None, 100).await.unwrap();
    assert_eq!(all.iter().find(|noticed| noticed.notice.id == id).unwrap().resolved, Some(Resolved { at: 70, by }));
    assert_eq!(facts.open_notices().await.unwrap(), 3);
    let about = NoticeFilter { document: Some(Uuid::from_u128(3)), open: false };
    assert_eq!(facts.list_notices(&about, None, 100).await.unwrap().len(), 2);
    let page = facts.list_notices(&NoticeFilter::default(), Some((all[0].at, all[0].notice.id)), 2).await.unwrap();
    assert_eq!(page, all[1..3]);
    let changed = facts.notices_after(4, 10).await.unwrap();
    assert_eq!(changed.iter().map(|noticed| noticed.notice.id).collect::<Vec<_>>(), [id], "dealing with it is a change");
    one.store.facts().add_notices(&changed).await.unwrap();
    assert_eq!(one.store.facts().open_notices().await.unwrap(), 3, "what was dealt with there counts here");
    facts.expire_notices(i64::MAX).await.unwrap();
    assert_eq!(facts.list_notices(&NoticeFilter::default(), None, 9).await.unwrap(), []);
    one.close().await;
    two.close().await;
}

pub(crate) async fn a_clock_of_others_is_not_believed_after_a_restart(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    write(&one, vec![insert("viewer", 1, "Gate")]).await;
    let mut entry = entries(&one).await.pop().unwrap();
    let year = 365 * 86_400_000;
    entry.hlc = Hlc::from_unix_ms(1_790_000_000_000 + year);
    write(&two, vec![insert("group", 1, "Here")]).await;
    two.writer.apply(vec![entry]).await.unwrap();
    let hlc = two.store.standing().position.last_hlc;
    assert!(hlc.unix_ms() <= 1_790_000_000_000 + 60_000);
    two.close().await;
    let two = place.open().await;
    assert_eq!(two.store.standing().position.last_hlc, hlc);
    write(&two, vec![update("viewer", 1, "Quay")]).await;
    assert_eq!(two.writer.state().cell("viewer", Uuid::from_u128(1), "name"), Some(&json!("Quay")), "an edit beats what it saw");
    one.close().await;
    two.close().await;
}
