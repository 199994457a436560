//! Alerts with the messages that tell of them.

use serde_json::json;
use store::facts::{Alert, AlertFilter, Play, Telling};
use uuid::Uuid;

use crate::Place;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) async fn alerts_and_their_messages_are_written_together(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    let alert = |n: u128| Alert {
        id: id(n),
        kind: "offline".into(),
        subject: (n != 3).then(|| id(n)),
        raised: n as i64,
        cleared: None,
        detail: json!({"name": "Pier"}),
    };
    let message = |n: i64| ("notify".to_owned(), n, json!({ "n": n }));
    let raised =
        Telling { raised: vec![alert(1), alert(2), alert(3)], messages: vec![message(5), message(6)], ..Telling::default() };
    assert!(Telling::default().is_empty() && !raised.is_empty());
    facts.tell(&raised).await.unwrap();
    facts.tell(&Telling { cleared: vec![(id(1), 40)], messages: vec![message(7)], ..Telling::default() }).await.unwrap();
    let open = AlertFilter { open: true, ..AlertFilter::default() };
    assert_eq!(facts.list_alerts(&open, None, 10).await.unwrap(), [alert(3), alert(2)]);
    let due = facts.due("notify", 6, 10).await.unwrap();
    assert_eq!(due.iter().map(|message| message.body["n"].as_i64().unwrap()).collect::<Vec<_>>(), [5, 6]);
    facts.put_all_off(&[due[0].n, due[1].n], 9).await.unwrap();
    let later = facts.due("notify", 9, 10).await.unwrap();
    let told: Vec<_> = later.iter().map(|message| (message.body["n"].as_i64().unwrap(), message.attempts)).collect();
    assert_eq!(told, [(7, 0), (5, 1), (6, 1)]);
    facts.remove_all(&later.iter().map(|message| message.n).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(facts.due("notify", 99, 10).await.unwrap(), []);

    let play = |viewer: u128, n: i64| Play {
        device: id(50),
        stream: 7,
        n,
        viewer: id(viewer),
        at: n,
        duration: 5,
        content: None,
        detail: json!({}),
    };
    facts.add_plays(vec![play(9, 1), play(2, 2), play(9, 3), play(4, 4), play(9, 5)]).await.unwrap();
    let known: Vec<u128> = facts.known_viewers().await.unwrap().into_iter().map(|id| id.as_u128()).collect();
    assert_eq!(known, [1, 2, 4, 9], "of alerts and of plays, each once");
    site.close().await;
}
