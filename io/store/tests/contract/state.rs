//! The state of another server is joined, or takes the place of the own one.

use std::sync::{Arc, Mutex};

use domain::log::{Change, Entry};
use domain::stamp::{Actor, Dot, VersionVector};
use replica::incarnation::{Evidence, Fork};
use replica::pending::Pending;
use serde_json::json;
use store::facts::NoticeFilter;
use store::{AloneFailed, ApplyFailed, JoinFailed, Origin, Sending};
use tempfile::TempDir;
use tokio::sync::broadcast::error::TryRecvError;
use uuid::Uuid;

use crate::Place;
use crate::ground::{Site, edit, insert, open_folder, update};
use crate::meeting::{agree, bring, meet, other};

const INSTALLATION: Uuid = Uuid::from_u128(4711);

async fn write(site: &Site, edits: Vec<domain::log::Edit>) {
    site.writer.write(Origin::default(), edits).await.unwrap();
}

pub(crate) async fn snapshot(site: &Site) -> Vec<u8> {
    let mut bytes = Vec::new();
    let made = site.store.snapshot(INSTALLATION, &mut bytes).await.unwrap();
    assert_eq!(made.bytes, bytes.len() as u64);
    bytes
}

fn source(bytes: Vec<u8>) -> std::io::Cursor<Vec<u8>> {
    std::io::Cursor::new(bytes)
}

fn name(site: &Site, id: u128) -> Option<serde_json::Value> {
    site.writer.state().cell("viewer", Uuid::from_u128(id), "name").cloned()
}

/// Documents of several kinds, one with a secret, one with a value that looks sealed, one deleted.
async fn fill(site: &Site) {
    let cells = [("password".to_owned(), json!("harbour")), ("name".to_owned(), json!("Ann"))].into();
    let odd = [("name".to_owned(), json!({"$sealed": "AAAA"}))].into();
    write(site, vec![edit("user", 1, Change::Insert(cells)), edit("viewer", 500, Change::Insert(odd))]).await;
    for id in 1..30 {
        write(site, vec![insert("viewer", id, &format!("Gate {id}"))]).await;
    }
    write(site, vec![update("viewer", 1, "Quay"), edit("viewer", 2, Change::Delete)]).await;
}

pub(crate) async fn a_new_server_takes_over_the_state(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    fill(&one).await;
    write(&two, vec![insert("viewer", 77, "made before"), insert("viewer", 78, "this too")]).await;
    let first = two.store.standing();
    let mut published = two.writer.subscribe();
    let actor = two.writer.adopt(INSTALLATION).await.unwrap();
    assert_eq!(actor, Actor { incarnation: 2, ..first.position.actor }, "no number is used twice");
    assert!(two.writer.state().0.is_empty() && two.store.read_log(0, 9).await.unwrap().is_empty());
    assert!(matches!(published.try_recv(), Err(TryRecvError::Lagged(_))), "everything may have changed");
    let stood = two.store.standing();
    assert_eq!((stood.installation, stood.lpos > first.lpos, stood.digest), (INSTALLATION, true, 0));
    two.close().await;
    let two = place.open().await;
    assert_eq!((&*two.store.standing(), two.writer.state().0.len()), (&*stood, 0));

    let mut published = two.writer.subscribe();
    let joined = two.writer.join(INSTALLATION, source(snapshot(&one).await)).await.unwrap();
    assert_eq!((joined.changed, joined.lpos, joined.notices), (30, stood.lpos + 1, vec![]));
    assert!(matches!(published.try_recv(), Err(TryRecvError::Lagged(_))));
    agree(&one, &two);
    assert_eq!(two.writer.state().cell("user", Uuid::from_u128(1), "password"), Some(&json!("harbour")));
    let theirs = one.store.standing().position.actor;
    assert_eq!(two.store.floor().await.unwrap(), one.store.standing().position.vector);
    let end = one.store.standing().position.heads[&theirs].chain;
    assert_eq!(two.store.mark(&theirs, 31).await.unwrap().map(|mark| mark.chain), Some(end));
    assert_eq!(two.store.pending(&VersionVector::default()).await.unwrap(), Pending::Resync);
    assert_eq!(two.store.pending(&one.store.standing().position.vector).await.unwrap(), Pending::Ops(0));
    assert_eq!(two.writer.adopt(INSTALLATION).await, Err(AloneFailed::HasOthers));

    // The stream goes on from there, both ways, also after a restart.
    let stood = two.store.standing();
    two.close().await;
    let two = place.open().await;
    assert_eq!(*two.store.standing(), *stood);
    write(&two, vec![update("viewer", 3, "from the new one")]).await;
    write(&one, vec![update("viewer", 4, "from the old one"), edit("viewer", 5, Change::Delete)]).await;
    meet(&one, &two).await;
    assert_eq!(name(&one, 3), Some(json!("from the new one")));
    one.close().await;
    two.close().await;
}

pub(crate) async fn states_are_merged_and_nothing_comes_back(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    fill(&one).await;
    bring(&one, &two).await;
    // Apart from each other, and then the one's log is cut.
    write(&one, vec![update("viewer", 10, "one"), edit("viewer", 11, Change::Delete), edit("viewer", 12, Change::Delete)]).await;
    write(&one, vec![insert("viewer", 100, "new on one")]).await;
    write(&two, vec![update("viewer", 10, "two"), update("viewer", 12, "edited meanwhile")]).await;
    write(&two, vec![insert("viewer", 200, "new on two"), edit("viewer", 13, Change::Delete), update("viewer", 14, "two")]).await;
    one.store.cut_log(i64::MAX).await.unwrap();
    let (theirs, ours) = (one.store.standing(), two.store.standing());
    assert_eq!(one.store.read_for(&ours.position.vector, 0, 10, 1 << 20).await.unwrap(), Sending::Behind);
    let joined = two.writer.join(INSTALLATION, source(snapshot(&one).await)).await.unwrap();
    assert!(joined.vector.covers_all(&theirs.position.vector) && joined.vector.covers_all(&ours.position.vector));
    let state = two.writer.state();
    let there = |id: u128| state.0.contains_key(&("viewer".to_owned(), Uuid::from_u128(id)));
    assert_eq!([11, 12, 13, 14, 100, 200].map(there), [false, false, false, true, true, true]);
    let mut lost: Vec<_> = joined.notices.iter().map(|notice| notice.document.as_u128()).collect();
    lost.sort_unstable();
    assert_eq!(lost, [10, 12]);
    let kept = two.store.facts().list_notices(&NoticeFilter::default(), None, 9).await.unwrap();
    let value = |id: u128| kept.iter().find(|noticed| noticed.notice.document.as_u128() == id).unwrap().value.clone();
    assert_eq!(value(12), Some(json!("edited meanwhile")));
    let (won, lost) = (name(&two, 10).unwrap(), value(10).unwrap());
    assert!((won == json!("one") && lost == json!("two")) || (won == json!("two") && lost == json!("one")));

    // What only the second has goes to the first as entries; the first one's own log was cut, but it lacks nothing of it.
    bring(&two, &one).await;
    agree(&one, &two);
    let (state, stood) = (two.writer.state(), two.store.standing());
    two.close().await;
    let two = place.open().await;
    assert_eq!((&*two.writer.state(), &*two.store.standing()), (&*state, &*stood));
    // Twice is once.
    let again = two.writer.join(INSTALLATION, source(snapshot(&one).await)).await.unwrap();
    assert_eq!((again.changed, again.notices.len()), (0, 0));
    agree(&one, &two);
    one.close().await;
    two.close().await;
}

pub(crate) async fn a_snapshot_that_is_not_whole_changes_nothing(place: Place) {
    let there = other();
    let (one, two) = (there.open().await, place.open().await);
    fill(&one).await;
    write(&two, vec![insert("group", 1, "Here first")]).await;
    let bytes = snapshot(&one).await;
    let before = (two.writer.state(), two.store.standing());
    let foreign = two.writer.join(Uuid::from_u128(1), source(bytes.clone())).await;
    assert_eq!(foreign, Err(JoinFailed::Foreign { found: INSTALLATION, expected: Uuid::from_u128(1) }));
    for length in [0, 5, 21, 40, bytes.len() / 2, bytes.len() - 5, bytes.len() - 1] {
        let cut = two.writer.join(INSTALLATION, source(bytes[..length].to_vec())).await;
        assert!(matches!(cut, Err(JoinFailed::Broken(_))), "{length} of {}: {cut:?}", bytes.len());
    }
    for place in (0..bytes.len()).step_by(1 + bytes.len() / 40) {
        let mut bytes = bytes.clone();
        bytes[place] ^= 0x10;
        let damaged = two.writer.join(INSTALLATION, source(bytes)).await;
        // A wrong byte in the header shows before the checksum at the end is met.
        let named = matches!(damaged, Err(JoinFailed::Broken(_) | JoinFailed::Foreign { .. } | JoinFailed::Own(_)));
        assert!(named, "byte {place}: {damaged:?}");
    }
    let long = two.writer.join(INSTALLATION, source([&bytes[..], b"more"].concat())).await;
    assert!(matches!(long, Err(JoinFailed::Broken(_))), "{long:?}");
    assert_eq!((&two.writer.state(), &two.store.standing()), (&before.0, &before.1));
    write(&two, vec![update("group", 1, "still going")]).await;
    two.writer.join(INSTALLATION, source(bytes)).await.unwrap();
    two.close().await;
    let two = place.open().await;
    bring(&two, &one).await;
    agree(&one, &two);
    one.close().await;
    two.close().await;
}

pub(crate) async fn a_server_that_was_set_back_goes_on_as_a_new_writer(place: Place) {
    let (there, third) = (other(), other());
    let (one, two) = (there.open().await, place.open().await);
    write(&two, vec![insert("viewer", 1, "Gate"), insert("viewer", 2, "Pier")]).await;
    meet(&one, &two).await;
    // A third server plays the second one's disk as it was: it knows the same two documents and writes on its own.
    let old = two.store.standing().position.actor;
    let fork = Fork { actor: old, common: 1 };
    write(&two, vec![update("viewer", 1, "written and lost")]).await;
    bring(&two, &one).await;
    let (known, had) = (Dot { actor: old, seq: 3 }, 2);
    let evidence = Evidence::PeerKnowsMore { actor: old, had, known };
    let actor = two.writer.renew(evidence.clone()).await.unwrap();
    assert_eq!(actor, Actor { incarnation: 2, ..old });
    assert_eq!(two.writer.renew(evidence).await.unwrap(), actor, "evidence about an earlier writer counts once");
    assert_eq!(two.store.standing().forked, Some(Fork { common: 2, ..fork }));
    two.writer.note_fork(None).await.unwrap();
    assert_eq!(two.store.standing().forked, None);
    two.writer.note_fork(Some(fork)).await.unwrap();
    two.close().await;
    let two = place.open().await;
    assert_eq!((two.store.standing().forked, two.store.standing().position.actor), (Some(fork), actor));
    write(&two, vec![insert("viewer", 3, "under the new number")]).await;

    // What counts: another history after the first entry.
    let three = third.open().await;
    let start = two.store.read_log(0, 1).await.unwrap().remove(0).entry;
    three.writer.apply(vec![start]).await.unwrap();
    write(&three, vec![update("viewer", 2, "what counts")]).await;
    let rebuilt = two.writer.rebuild(INSTALLATION, old, source(snapshot(&three).await), |left| {
        assert_eq!(left, []);
        Ok(())
    });
    let rebuilt = rebuilt.await.unwrap();
    assert_eq!((rebuilt.kept, rebuilt.dropped.len()), (2, 0));
    let names = [1, 2, 3].map(|id| name(&two, id).unwrap());
    assert_eq!(names, [json!("written and lost"), json!("what counts"), json!("under the new number")]);
    let stood = two.store.standing();
    assert_eq!((stood.forked, stood.position.vector.get(&old), stood.lpos), (None, 1, rebuilt.lpos));
    let (state, stood) = (two.writer.state(), two.store.standing());
    two.close().await;
    let two = place.open().await;
    assert_eq!((&*two.writer.state(), &*two.store.standing()), (&*state, &*stood));
    meet(&three, &two).await;
    let refused = two.writer.apply(one.store.read_log(0, 1).await.unwrap().into_iter().map(|l| l.entry).collect()).await;
    assert_eq!(refused.map(|batch| batch.new), Ok::<_, ApplyFailed>(0), "an entry of the common past");
    for site in [one, two, three] {
        site.close().await;
    }
}

pub(crate) async fn what_a_rebuild_leaves_out_is_kept_before_it_counts(place: Place) {
    let (lost, counts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let one = open_folder(lost.path()).await;
    let actor = one.store.standing().position.actor;
    write(&one, vec![insert("viewer", 1, "Gate")]).await;
    one.close().await;
    let copied = std::process::Command::new("cp").args(["-a", "."]).arg(counts.path()).current_dir(lost.path()).status().unwrap();
    assert!(copied.success());
    let one = open_folder(lost.path()).await;
    write(&one, vec![insert("viewer", 2, "of the other history")]).await;
    write(&one, vec![insert("viewer", 3, "and after it")]).await;
    let two = place.open().await;
    bring(&one, &two).await;
    one.close().await;
    let one = open_folder(counts.path()).await;
    write(&one, vec![insert("viewer", 4, "what counts")]).await;

    let before = (two.writer.state(), two.store.standing());
    let full = |_: &[Entry]| Err(std::io::ErrorKind::StorageFull.into());
    let refused = two.writer.rebuild(INSTALLATION, actor, source(snapshot(&one).await), full).await;
    assert_eq!(refused, Err(JoinFailed::Full));
    assert_eq!((&two.writer.state(), &two.store.standing()), (&before.0, &before.1), "what cannot be kept is not left out");
    assert_eq!(two.store.read_log(0, 10).await.unwrap().len(), 3);

    let (kept, store) = (Arc::new(Mutex::new(Vec::new())), two.store.clone());
    let keeper = Arc::clone(&kept);
    let keep = move |left: &[Entry]| {
        assert_eq!(store.standing().position.vector.get(&actor), 3, "it still stands");
        keeper.lock().unwrap().extend(left.iter().map(|entry| entry.dot.seq));
        Ok(())
    };
    let rebuilt = two.writer.rebuild(INSTALLATION, actor, source(snapshot(&one).await), keep).await.unwrap();
    assert_eq!(*kept.lock().unwrap(), [3], "the second one counts as the state has it");
    assert_eq!(rebuilt.dropped.len(), 1);
    assert_eq!([2, 3, 4].map(|id| name(&two, id)), [None, None, Some(json!("what counts"))]);
    one.close().await;
    two.close().await;
}
