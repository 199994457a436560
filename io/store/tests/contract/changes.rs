//! Changes of documents.

use domain::log::{Change, Edit};
use serde_json::json;
use store::{Done, Failed, Origin};
use uuid::Uuid;

use crate::Place;
use crate::ground::{Rows, edit, insert, update};

pub(crate) async fn a_change_is_published_and_survives_a_restart(place: Place) {
    let site = place.open().await;
    assert!(site.loaded.fresh);
    let mut published = site.writer.subscribe();
    let author = Some(Uuid::from_u128(77));
    let origin = Origin { author, request: None };
    let done = site.writer.write(origin, vec![insert("viewer", 1, "Gate"), insert("viewer", 2, "Pier")]).await.unwrap();
    let Done::New { dot: Some(dot), lpos: 1, .. } = done else { panic!("{done:?}") };
    let heard = published.try_recv().unwrap();
    assert_eq!((heard.lpos, heard.entry.dot, heard.entry.author, heard.changes.len()), (1, dot, author, 2));
    site.writer.write(Origin::default(), vec![update("viewer", 1, "Quay"), edit("viewer", 2, Change::Delete)]).await.unwrap();
    let nothing = site.writer.write(Origin::default(), vec![update("viewer", 1, "Quay")]).await.unwrap();
    assert_eq!(nothing, Done::New { value: (), dot: None, lpos: 2 });
    let before = site.writer.state();
    assert_eq!(before.cell("viewer", Uuid::from_u128(1), "name"), Some(&json!("Quay")));
    assert_eq!(before.0.len(), 1);
    let nonce = site.loaded.boot_nonce;
    site.close().await;

    let site = place.open().await;
    assert!(!site.loaded.fresh);
    assert_ne!(site.loaded.boot_nonce, nonce);
    assert_eq!((site.loaded.lpos, site.loaded.documents["viewer"]), (2, 1));
    assert_eq!(site.loaded.position.vector.get(&dot.actor), 2);
    assert_eq!(*site.writer.state(), *before, "values, births and stamps");
    site.close().await;
}

pub(crate) async fn a_refusal_changes_nothing(place: Place) {
    let site = place.open().await;
    let refused = site.writer.submit(Origin::default(), |_| Err::<(Vec<Edit>, ()), _>("no")).await;
    assert_eq!(refused, Err(Failed::Refused("no")));
    let missing = site.writer.write(Origin::default(), vec![update("viewer", 1, "Gate")]).await;
    assert!(matches!(missing, Err(Failed::Commit(_))), "{missing:?}");
    let panicked = site.writer.submit(Origin::default(), |_| -> Result<(Vec<Edit>, ()), ()> { panic!("on purpose") }).await;
    assert_eq!(panicked, Err(Failed::Unavailable));
    let done = site.writer.write(Origin::default(), vec![insert("viewer", 1, "Gate")]).await.unwrap();
    assert!(matches!(done, Done::New { lpos: 1, .. }), "{done:?}");
    site.close().await;
}

/// Adds one to a number that the decision reads: a decision on an old state would lose one.
fn count(rows: &Rows) -> Result<(Vec<Edit>, u64), ()> {
    let id = Uuid::from_u128(1);
    let now = rows.cell("counter", id, "n").and_then(serde_json::Value::as_u64);
    let cells = [("n".to_owned(), json!(now.unwrap_or(0) + 1))].into();
    let change = if now.is_some() { Change::Update(cells) } else { Change::Insert(cells) };
    Ok((vec![Edit { kind: "counter".into(), id, change }], now.unwrap_or(0) + 1))
}

pub(crate) async fn changes_of_many_clients_are_decided_in_turn(place: Place) {
    let site = place.open().await;
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let writer = site.writer.clone();
            tokio::spawn(async move {
                let mut values = Vec::new();
                for _ in 0..25 {
                    let Done::New { value, lpos, .. } = writer.submit(Origin::default(), count).await.unwrap() else { panic!() };
                    assert_eq!(value, u64::try_from(lpos).unwrap());
                    assert!(writer.state().cell("counter", Uuid::from_u128(1), "n").unwrap().as_u64() >= Some(value));
                    values.push(value);
                }
                values
            })
        })
        .collect();
    let mut values = Vec::new();
    for client in clients {
        values.extend(client.await.unwrap());
    }
    values.sort_unstable();
    assert_eq!(values, (1..=200).collect::<Vec<_>>());
    site.close().await;
    let site = place.open().await;
    assert_eq!(site.writer.state().cell("counter", Uuid::from_u128(1), "n"), Some(&json!(200)));
    site.close().await;
}

pub(crate) async fn the_same_request_is_made_once(place: Place) {
    let site = place.open().await;
    let origin = Origin { author: None, request: Some(Uuid::from_u128(5)) };
    let both = tokio::join!(site.writer.submit(origin, count), site.writer.submit(origin, count));
    let (Done::New { dot: Some(first), lpos, .. }, Done::Repeated { dot, lpos: again }) = (both.0.unwrap(), both.1.unwrap())
    else {
        panic!("one of them is a repetition")
    };
    assert_eq!((first, lpos), (dot, again));
    site.close().await;
    let site = place.open().await;
    let later = site.writer.submit(origin, count).await.unwrap();
    assert_eq!(later, Done::Repeated { dot, lpos });
    assert_eq!(site.writer.state().cell("counter", Uuid::from_u128(1), "n"), Some(&json!(1)));
    site.close().await;
}

pub(crate) async fn secrets_are_not_stored_in_the_open(place: Place) {
    let canary = "canary-4711-harbour";
    let site = place.open().await;
    let cells = [("password".to_owned(), json!(canary)), ("name".to_owned(), json!("Ann"))].into();
    site.writer.write(Origin::default(), vec![edit("user", 1, Change::Insert(cells))]).await.unwrap();
    let log = site.store.read_log(0, 10).await.unwrap();
    assert!(format!("{log:?}").contains(canary), "peers get the value");
    let before = site.writer.state();
    site.close().await;
    for path in ["signboard.db", "signboard.db-wal"] {
        let bytes = std::fs::read(place.options().dir.join(path)).unwrap_or_default();
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{path} holds the secret");
    }
    let site = place.open().await;
    assert_eq!(*site.writer.state(), *before);
    site.close().await;
    std::fs::remove_file(place.options().dir.join("secret.key")).unwrap();
    let error = crate::ground::open(place.options()).await.err().unwrap().to_string();
    assert!(error.contains("secret.key is missing"), "{error}");
}

pub(crate) async fn digests_follow_the_documents(place: Place) {
    let site = place.open().await;
    let edits = (1..50).map(|id| insert("viewer", id, "Gate")).collect();
    site.writer.write(Origin::default(), edits).await.unwrap();
    let edits = (1..20).map(|id| edit("viewer", id, Change::Delete)).chain((20..30).map(|id| update("viewer", id, "Pier")));
    site.writer.write(Origin::default(), edits.collect()).await.unwrap();
    let expected = site
        .writer
        .state()
        .0
        .iter()
        .fold(0_u128, |sum, ((kind, id), row)| sum.wrapping_add(replica::digest::summand(kind, *id, row)));
    let sums = site.store.digest("viewer").await.unwrap();
    assert_eq!(sums.values().fold(0_u128, |sum, part| sum.wrapping_add(*part)), expected);
    assert!(sums.len() > 20);
    site.close().await;
}
