//! A disk that is full or read-only: what is here plays on, everybody is told, and it ends by itself.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use control::v1::{Stored, from_viewer::Message, to_viewer::Message as Said};
use testkit::SmallDisk;
use viewer::config::Config;
use viewer::disk::{Disk, Local, Operation};
use viewer::screen::ScreenEvent;

use crate::house::House;
use crate::records::play;
use crate::rig::Rig;
use crate::stage::Told;

/// Takes no change while it refuses.
#[derive(Debug, Default)]
struct Refusing(AtomicBool);

impl Disk for Refusing {
    fn perform(&self, operation: &Operation) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(io::ErrorKind::ReadOnlyFilesystem.into()) } else { Local.perform(operation) }
    }
}

/// Hears events until one has this code; all of them are acknowledged, as a server does.
async fn event(rig: &mut Rig, code: &str) -> String {
    loop {
        let batch = rig.hears(|m| if let Message::Records(records) = m { Some(records) } else { None }).await;
        let n = batch.records.last().unwrap().n;
        rig.say(Said::Stored(Stored { stream: batch.stream, n })).await;
        if let Some(record) = batch.records.into_iter().find(|record| record.code == code) {
            return record.text;
        }
    }
}

/// A viewer that plays `first`, with `second` at hand.
async fn playing(data: &Path, disk: Arc<dyn Disk>, house: &mut House) -> Rig {
    let mut rig = Rig::on(data, Config::default(), disk);
    rig.cache.put(b"first").unwrap();
    rig.cache.put(b"second").unwrap();
    house.picture(1, b"first");
    rig.connect().await;
    rig.say(Said::Slice(house.delta(false))).await;
    assert_eq!(rig.plan().await.0, house.plan());
    rig
}

/// Waits until the state of the viewer on its own computer says this of the disk; it is written at each heartbeat.
async fn board_says(rig: &Rig, is: impl Fn(&str) -> bool) {
    let waiting = async {
        while !is(&rig.board.read().disk) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap_or_else(|_| panic!("{:?}", rig.board.read()));
}

/// From the moment at which the disk takes nothing to the one at which it does again. `turn` says which.
async fn suffers(rig: &mut Rig, house: &mut House, mut turn: impl FnMut(bool), word: &str) {
    // Something is shown, and something new comes: it plays, and its record reaches the server. What an acknowledgement frees may be taken
    // for a record before it is filled again, so more is shown until one finds no room.
    let mut n = 0;
    let text = loop {
        turn(true);
        n += 1;
        // Too many for the rest of a page that is there already.
        rig.screen.send(ScreenEvent::Plays((n * 64 - 63..=n * 64).map(play).collect())).await.unwrap();
        if let Ok(text) = tokio::time::timeout(Duration::from_secs(5), event(rig, "disk.full")).await {
            break text;
        }
        assert!(n < 12, "a full disk is told");
    };
    assert!(text.contains(word), "{text}");
    house.picture(2, b"second");
    let delta = house.delta(false);
    let slice = delta.slice.clone();
    rig.say(Said::Slice(delta)).await;
    rig.hears(|m| matches!(m, Message::Applied(applied) if applied.slice == slice).then_some(())).await;
    assert_eq!(rig.plan().await.0, house.plan());
    let plays =
        |m| if let Message::Plays(plays) = m { plays.records.into_iter().find(|play| play.item == "item 1") } else { None };
    rig.hears(plays).await;
    board_says(rig, |disk| disk.contains(word)).await;

    // A server that comes later is told too.
    rig.connect().await;
    let trouble = |m| if let Message::Status(s) = m { s.troubles.into_iter().find(|one| one.code == "disk.full") } else { None };
    assert!(rig.hears(trouble).await.text.contains(word));
    turn(false);
    event(rig, "disk.well").await;
    let plan = house.plan();
    rig.hears(|m| matches!(m, Message::Status(status) if status.plan == plan).then_some(())).await;
    board_says(rig, str::is_empty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_nothing_is_played_through_and_told_and_put_right() {
    let data = tempfile::tempdir().unwrap();
    let disk = Arc::new(Refusing::default());
    let mut house = House::new();
    let mut rig = playing(data.path(), disk.clone(), &mut house).await;
    suffers(&mut rig, &mut house, |refuses| disk.0.store(refuses, Ordering::Relaxed), "read-only").await;
    // What came meanwhile was stored.
    rig.cut_power().await;
    let mut rig = Rig::on(data.path(), Config::default(), disk.clone());
    assert_eq!(rig.plan().await.0, house.plan());
    rig.cut_power().await;

    // One that takes nothing from the start on plays too.
    disk.0.store(true, Ordering::Relaxed);
    let mut rig = Rig::on(data.path(), Config::default(), disk);
    assert_eq!(rig.plan().await.0, house.plan());
    rig.connect().await;
    event(&mut rig, "disk.full").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_with_nothing_to_play_says_that_its_disk_takes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let disk = Arc::new(Refusing(AtomicBool::new(true)));
    let mut rig = Rig::on(data.path(), Config::default(), disk);
    let facts = rig.sees(|told| if let Told::Boot(facts) = told { Some(facts) } else { None }).await;
    assert!(facts.tried.iter().any(|tried| tried.outcome.contains("read-only")), "{:?}", facts.tried);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_is_played_through_and_told_and_put_right() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let Some(disk) = SmallDisk::mount(data.path(), 1)? else { return Ok(()) };
    let mut house = House::new();
    let mut rig = playing(data.path(), Arc::new(Local), &mut house).await;
    let fill = |full: bool| if full { disk.fill() } else { disk.free() }.unwrap();
    suffers(&mut rig, &mut house, fill, "free some space").await;
    rig.cut_power().await;
    assert_eq!(Rig::start(data.path()).plan().await.0, house.plan());
    Ok(())
}
