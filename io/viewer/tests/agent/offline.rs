//! Without a server, for ever.

use control::v1::{Stored, from_viewer::Message, to_viewer::Message as Said};
use domain::cell::Hash;
use viewer::agent::Ending;
use viewer::link::LinkEvent;
use viewer::screen::Library as _;

use crate::house::House;
use crate::rig::Rig;
use crate::stage::Told;

/// A viewer that plays one picture.
async fn playing(data: &std::path::Path, house: &mut House) -> Rig {
    let mut rig = Rig::start(data);
    house.picture(1, b"first");
    rig.cache.put(b"first").unwrap();
    rig.connect().await;
    rig.say(Said::Slice(house.delta(false))).await;
    assert_eq!(rig.plan().await.0, house.plan());
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_plays_at_once_after_a_power_cut() {
    let data = tempfile::tempdir().unwrap();
    let mut house = House::new();
    let rig = playing(data.path(), &mut house).await;
    let slice = rig.present.lock().slice;
    rig.cut_power().await;
    let mut rig = Rig::start(data.path());
    let first = rig.sees(|told| (!matches!(told, Told::Display(_))).then_some(told)).await;
    assert!(matches!(&first, Told::Show(plan, false) if plan.id == house.plan()), "{first:?}");
    assert_eq!(rig.present.lock().slice, slice, "the server is told what is here");
    rig.event(LinkEvent::Looking { tried: vec![("server".to_owned(), "silent".to_owned())] }).await;
    rig.event(LinkEvent::Closed { why: "gone".to_owned() }).await;
    assert_eq!(rig.stop().await, Ending::Stop);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_whole_before_a_power_cut_does_not_replace_what_was() {
    let data = tempfile::tempdir().unwrap();
    let mut house = House::new();
    let mut rig = playing(data.path(), &mut house).await;
    let first = house.plan();
    house.picture(2, b"second");
    let delta = house.delta(false);
    let slice = delta.slice.clone();
    rig.say(Said::Slice(delta)).await;
    // Not the answer to the first slice, which is heard before it.
    rig.hears(|m| matches!(m, Message::Applied(applied) if applied.slice == slice).then_some(())).await;
    rig.cut_power().await;
    let mut rig = Rig::start(data.path());
    assert_eq!(rig.plan().await, (first, false));
    // The missing picture comes by another way; a start finds all of it.
    rig.cache.put(b"second").unwrap();
    rig.cut_power().await;
    assert_eq!(Rig::start(data.path()).plan().await, (house.plan(), false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_down_stays_down_after_a_power_cut() {
    let data = tempfile::tempdir().unwrap();
    let mut house = House::new();
    let mut rig = playing(data.path(), &mut house).await;
    house.picture(3, b"an emergency that never came");
    rig.say(Said::Slice(house.delta(true))).await;
    assert_eq!(rig.plan().await, (house.plan(), true));
    rig.cut_power().await;
    assert_eq!(Rig::start(data.path()).plan().await.0, house.plan());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoilt_file_is_found_told_and_never_handed_out() {
    let data = tempfile::tempdir().unwrap();
    let mut house = House::new();
    let rig = playing(data.path(), &mut house).await;
    let hash = Hash::of(b"first");
    let place = rig.cache.path(&hash).unwrap();
    rig.cut_power().await;
    std::fs::write(&place, b"FIRST").unwrap();
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    loop {
        let batch = rig.hears(|m| if let Message::Records(records) = m { Some(records) } else { None }).await;
        if batch.records.iter().any(|record| record.code == "cache.corrupt") {
            break;
        }
        let n = batch.records.last().unwrap().n;
        rig.say(Said::Stored(Stored { stream: batch.stream, n })).await;
    }
    assert_eq!(rig.cache.path(&hash), None);
    let status = rig.hears(|m| if let Message::Status(s) = m { (s.download_left > 0).then_some(s) } else { None }).await;
    assert_eq!(status.download_left, 5, "it is fetched again");
}
