//! Play records and events: at least once, in order, over power cuts.

use control::play::PlayRecord;
use control::v1::{Plays, Stored, from_viewer::Message, to_viewer::Message as Said};
use viewer::screen::ScreenEvent;

use crate::rig::Rig;

/// What a page tells of an item that was shown.
pub(crate) fn play(n: u64) -> PlayRecord {
    let from = i64::try_from(n).unwrap() * 10_000;
    PlayRecord {
        n,
        row: None,
        plan: "plan".to_owned(),
        item: format!("item {n}"),
        content: None,
        revision: None,
        media: None,
        from,
        until: from + 10_000,
        complete: true,
    }
}

async fn plays(rig: &mut Rig) -> Plays {
    rig.hears(|m| if let Message::Plays(plays) = m { Some(plays) } else { None }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_sent_until_the_server_has_them() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    // Nobody is there to hear it.
    rig.screen.send(ScreenEvent::Plays((1..=3).map(play).collect())).await.unwrap();
    // The page has begun to count anew.
    rig.screen.send(ScreenEvent::Plays(vec![play(1)])).await.unwrap();
    rig.connect().await;
    let first = plays(&mut rig).await;
    rig.cut_power().await;

    let mut rig = Rig::start(data.path());
    rig.connect().await;
    let mut items = Vec::new();
    while items.len() < 4 {
        let batch = plays(&mut rig).await;
        assert_eq!(batch.records.iter().map(|r| r.n).collect::<Vec<_>>(), (1..=batch.records.len() as u64).collect::<Vec<_>>());
        items.extend(batch.records.iter().map(|record| record.item.clone()));
        if batch.stream == first.stream {
            assert_eq!(batch.records[..first.records.len()], first.records, "a number stands for one record only");
        }
        let n = batch.records.last().unwrap().n;
        rig.say(Said::Stored(Stored { stream: batch.stream, n })).await;
    }
    assert_eq!(items, ["item 1", "item 2", "item 3", "item 1"]);
    rig.screen.send(ScreenEvent::Plays(vec![play(9)])).await.unwrap();
    let next = plays(&mut rig).await;
    assert_eq!((next.records.len(), next.records[0].item.as_str(), next.records[0].n), (1, "item 9", 1));
    assert_ne!(next.stream, first.stream, "a start begins a numbering of its own");
}
