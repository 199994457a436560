//! Feeds: what goes from server to server beside the log.

use domain::stamp::{Actor, Dot};
use replica::{Notice, NoticeKind};
use serde_json::json;
use store::facts::{Event, EventFilter, Feed, FeedPosition, Noticed, Play, PlayFilter};
use uuid::Uuid;

use crate::Place;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn play(n: i64) -> Play {
    Play { device: id(1), stream: 7, n, viewer: id(2), at: 1_000 - n, duration: 500, content: None, detail: json!({ "n": n }) }
}

fn event(n: i64) -> Event {
    Event { device: id(1), stream: 7, n, viewer: id(2), at: n, level: "info".into(), code: "c".into(), text: "It is.".into() }
}

fn notice(n: u64, at: i64) -> Noticed {
    let loser = Dot { actor: Actor { server: id(5), incarnation: 1 }, seq: n };
    Noticed::new(Notice::new(NoticeKind::TwoNames, "viewer", id(9), "name", loser), at, Some(json!("Gate~2")))
}

pub(crate) async fn records_travel_once_whatever_comes_twice(place: Place) {
    let site = place.open().await;
    let facts = site.store.facts();
    facts.add_plays((1..=5).map(play).collect()).await.unwrap();
    facts.add_plays((3..=7).map(play).collect()).await.unwrap();
    let all = facts.plays_after(0, 100).await.unwrap();
    // By the order in which they came, not by their times.
    assert_eq!(all, (1..=7).map(|n| (n, play(n))).collect::<Vec<_>>());
    assert_eq!(facts.plays_after(3, 2).await.unwrap().iter().map(|(place, _)| *place).collect::<Vec<_>>(), [4, 5]);
    let main = id(99);
    assert_eq!(facts.waiting(main, Feed::Plays).await.unwrap(), 7);
    facts.note_fed(main, Feed::Plays, FeedPosition { n: 5, dropped: 0 }).await.unwrap();
    assert_eq!(facts.waiting(main, Feed::Plays).await.unwrap(), 2);
    assert_eq!(facts.waiting(id(98), Feed::Plays).await.unwrap(), 7, "another server has nothing of it");

    // The other end: the same batch twice, and then the rest.
    let from = Actor { server: id(4), incarnation: 2 };
    let (first, second) = (FeedPosition { n: 2, dropped: 1 }, FeedPosition { n: 4, dropped: 1 });
    let theirs = |n: i64| Play { device: id(6), ..play(n) };
    for _ in 0..2 {
        facts.take_plays(from, first, (1..=2).map(theirs).collect()).await.unwrap();
    }
    facts.take_plays(from, second, (3..=4).map(theirs).collect()).await.unwrap();
    assert_eq!(facts.taken(from, Feed::Plays).await.unwrap(), second);
    assert_eq!(facts.taken(Actor { incarnation: 3, ..from }, Feed::Plays).await.unwrap(), FeedPosition::default());
    let filter = PlayFilter { device: Some(id(6)), ..PlayFilter::default() };
    assert_eq!(facts.list_plays(&filter, None, 100).await.unwrap().len(), 4);

    facts.take_events(from, first, vec![event(1), event(2), event(2)]).await.unwrap();
    let all = EventFilter { viewer: id(2), level: None, from: i64::MIN, until: i64::MAX };
    assert_eq!(facts.list_events(&all, None, 100).await.unwrap(), [event(2), event(1)]);
    assert_eq!(facts.events_after(1, 9).await.unwrap(), [(2, event(2))]);
    site.close().await;
}

pub(crate) async fn what_does_not_fit_is_dropped_from_the_oldest_and_counted(place: Place) {
    let site = place.open().await;
    let (facts, main) = (site.store.facts(), id(99));
    facts.add_plays((1..=10).map(play).collect()).await.unwrap();
    facts.note_fed(main, Feed::Plays, FeedPosition { n: 2, dropped: 0 }).await.unwrap();
    assert_eq!(facts.drop_waiting(main, Feed::Plays, 8).await.unwrap(), 0);
    assert_eq!(facts.drop_waiting(main, Feed::Plays, 5).await.unwrap(), 3);
    let left: Vec<i64> = facts.plays_after(0, 100).await.unwrap().into_iter().map(|(place, _)| place).collect();
    assert_eq!(left, [1, 2, 6, 7, 8, 9, 10], "what was sent stays");
    assert_eq!(facts.fed(main, Feed::Plays).await.unwrap(), FeedPosition { n: 2, dropped: 3 });
    // Times fall in these records: those of place 8 to 10 are the old ones, and all of them wait.
    assert_eq!(facts.drop_old(main, Feed::Plays, 993).await.unwrap(), 3);
    assert_eq!(facts.fed(main, Feed::Plays).await.unwrap().dropped, 6);

    facts.add_events((1..=4).map(event).collect()).await.unwrap();
    assert_eq!(facts.drop_waiting(main, Feed::Events, 1).await.unwrap(), 3);
    assert_eq!(facts.waiting(main, Feed::Events).await.unwrap(), 1);
    assert_eq!(facts.fed(main, Feed::Events).await.unwrap(), FeedPosition { n: 0, dropped: 3 });
    assert_eq!(facts.drop_waiting(main, Feed::Notices, 0).await.unwrap(), 0);
    site.close().await;
}

pub(crate) async fn a_place_is_never_given_again(place: Place) {
    let site = place.open().await;
    let (facts, peer) = (site.store.facts(), id(99));
    facts.add_notices(&[notice(1, 10), notice(2, 20)]).await.unwrap();
    facts.resolve_notice(notice(1, 10).notice.id, None, 30).await.unwrap();
    let changed: Vec<i64> = facts.notices_after(0, 9).await.unwrap().iter().map(|noticed| noticed.n).collect();
    assert_eq!(changed, [2, 3]);
    facts.note_fed(peer, Feed::Notices, FeedPosition { n: 3, dropped: 0 }).await.unwrap();
    facts.expire_notices(100).await.unwrap();
    facts.add_notices(&[notice(3, 200)]).await.unwrap();
    // The largest numbers are gone with their rows; what the other server has counts on.
    assert_eq!(facts.notices_after(3, 9).await.unwrap().len(), 1);
    assert_eq!(facts.waiting(peer, Feed::Notices).await.unwrap(), 1);
    let one = facts.notice(notice(3, 200).notice.id).await.unwrap().unwrap();
    assert_eq!((one.notice.what, one.value), (NoticeKind::TwoNames, Some(json!("Gate~2"))));

    let from = Actor { server: id(4), incarnation: 1 };
    let resolved = Noticed { resolved: Some(store::facts::Resolved { at: 300, by: Some(id(8)) }), ..notice(3, 200) };
    facts.take_notices(from, FeedPosition { n: 9, dropped: 0 }, &[resolved, notice(4, 250)]).await.unwrap();
    assert_eq!(facts.open_notices().await.unwrap(), 1, "it was dealt with elsewhere");
    facts.add_plays(vec![play(1)]).await.unwrap();
    facts.note_fed(peer, Feed::Plays, FeedPosition { n: 1, dropped: 0 }).await.unwrap();
    facts.expire_plays(i64::MAX).await.unwrap();
    facts.add_plays(vec![play(2)]).await.unwrap();
    assert_eq!(facts.plays_after(1, 9).await.unwrap(), [(2, play(2))]);
    site.close().await;
}
