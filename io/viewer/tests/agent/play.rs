//! From the server's rows to the screen.

use control::v1::{self, from_viewer::Message, to_viewer::Message as Said};
use viewer::screen::ScreenEvent;

use crate::house::House;
use crate::rig::Rig;
use crate::stage::Told;

#[tokio::test(flavor = "multi_thread")]
async fn the_viewer_makes_the_same_plan_as_its_server_and_says_how_far_it_got() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    let boot = rig.sees(|told| if let Told::Boot(facts) = told { Some(facts) } else { None }).await;
    assert!(!boot.host_name.is_empty());
    let mut house = House::new();
    house.picture(1, b"first");
    rig.cache.put(b"first").unwrap();
    rig.connect().await;
    let delta = house.delta(false);
    let slice = delta.slice.clone();
    rig.say(Said::Slice(delta)).await;
    rig.hears(|m| matches!(m, Message::Applied(applied) if applied.slice == slice).then_some(())).await;
    let (plan, _) = rig.plan().await;
    assert_eq!(plan, house.plan());
    assert_eq!(rig.present.lock().plan, plan);
    rig.screen.send(ScreenEvent::Received { plan: plan.clone() }).await.unwrap();
    rig.screen.send(ScreenEvent::Shown { plan: plan.clone(), at: 17 }).await.unwrap();
    let mut reports = Vec::new();
    for _ in 0..2 {
        let of_plan = |m| if let Message::Plan(report) = m { (report.plan == plan).then_some(report) } else { None };
        reports.push(rig.hears(of_plan).await);
    }
    assert_eq!((reports[0].state(), reports[1].state(), reports[1].at), (v1::PlanState::Received, v1::PlanState::Shown, 17));
    let of_plan = |m| if let Message::Status(status) = m { (status.plan == plan).then_some(status) } else { None };
    let status = rig.hears(of_plan).await;
    assert_eq!(status.download_left, 0);
    assert!(status.disk_size > status.disk_free && status.uptime > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_whole_waits_unless_it_is_urgent() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    let mut house = House::new();
    house.picture(1, b"first");
    rig.cache.put(b"first").unwrap();
    rig.connect().await;
    rig.say(Said::Slice(house.delta(false))).await;
    let first = house.plan();
    assert_eq!(rig.plan().await.0, first);

    // A picture that is not here: nothing changes on the screen.
    house.picture(2, b"second");
    let delta = house.delta(false);
    let slice = delta.slice.clone();
    rig.say(Said::Slice(delta)).await;
    // Not the answer to the first slice, which is heard before it.
    rig.hears(|m| matches!(m, Message::Applied(applied) if applied.slice == slice).then_some(())).await;
    let left = rig.hears(|m| if let Message::Status(s) = m { (s.download_left > 0).then_some(s) } else { None }).await;
    assert_eq!((left.download_left, left.plan), (6, first));
    assert!(rig.told_so_far().iter().all(|told| !matches!(told, Told::Show(..))));

    // An emergency that is not here: what stands there leaves all the same.
    house.picture(3, b"third");
    rig.say(Said::Slice(house.delta(true))).await;
    assert_eq!(rig.plan().await, (house.plan(), true));

    // Everything is taken down.
    house.clear();
    rig.say(Said::Slice(house.delta(true))).await;
    assert_eq!(rig.plan().await, (house.plan(), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delta_from_elsewhere_is_answered_with_the_inventory() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    let mut house = House::new();
    rig.connect().await;
    let delta = house.delta(false);
    let slice = delta.slice.clone();
    rig.say(Said::Slice(delta)).await;
    rig.hears(|m| matches!(m, Message::Applied(applied) if applied.slice == slice).then_some(())).await;
    house.picture(1, b"first");
    let _lost = house.delta(false);
    house.picture(2, b"second");
    rig.say(Said::Slice(house.delta(false))).await;
    let inventory = |m| if let Message::Inventory(inventory) = m { Some(inventory.rows.len()) } else { None };
    assert_eq!(rig.hears(inventory).await, 2, "the installation and the viewer");
    rig.say(Said::InventoryWanted(v1::InventoryWanted {})).await;
    assert_eq!(rig.hears(inventory).await, 2);
}
