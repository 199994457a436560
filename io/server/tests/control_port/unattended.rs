//! Enrolment without a person: tokens, the list, automatic; each with and without the viewer password.

use control::v1::enrol_reply::Standing;
use serde_json::json;

use crate::caller::Caller;
use crate::device::{Device, code};
use crate::server::Site;

async fn token(ada: &Caller, wish: serde_json::Value) -> String {
    ada.post("/enrolment-tokens", &wish).await.created()["secret"].as_str().unwrap().to_owned()
}

async fn name(ada: &Caller, viewer: &str) -> String {
    ada.get(&format!("/viewers/{viewer}")).await.ok()["name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_counts_once_for_one_machine_and_at_its_screen() {
    let (site, ada) = Site::set_up(&[]).await;
    let once = token(&ada, json!({"name": "hall"})).await;
    let device = Device::new(1).token(&once);
    let identity = device.identity(device.ask(&site).await);
    assert_eq!(name(&ada, &identity.viewer).await, "player-1");
    assert_eq!(code(&Device::new(2).token(&once).ask(&site).await), "token");
    let again = device.identity(device.ask(&site).await);
    assert_eq!(again.viewer, identity.viewer, "whose answer was lost asks again");
    assert_eq!(code(&Device::new(3).token("sbe_nonsense").ask(&site).await), "token");

    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let placed = token(&ada, json!({"name": "pier", "viewer": viewer})).await;
    let device = Device::new(4).token(&placed);
    assert_eq!(device.identity(device.ask(&site).await).viewer, viewer);

    let past = token(&ada, json!({"name": "past", "expires_at": server::now::now_ms() - 1})).await;
    assert_eq!(code(&Device::new(5).token(&past).ask(&site).await), "token");
    assert_eq!(ada.get("/devices/pending").await.ok(), json!([]), "who brings a wrong token does not wait");
}

#[tokio::test]
async fn two_machines_that_race_for_one_token_get_one_place() {
    let (site, ada) = Site::set_up(&[]).await;
    let once = token(&ada, json!({"name": "hall"})).await;
    let racers: Vec<Device> = (1..=8).map(|n| Device::new(n).token(&once)).collect();
    let standings = futures::future::join_all(racers.iter().map(|device| device.ask(&site))).await;
    let approved = standings.iter().filter(|standing| matches!(standing, Standing::Approved(_))).count();
    assert_eq!(approved, 1, "{standings:?}");
    assert!(
        standings.iter().filter(|standing| !matches!(standing, Standing::Approved(_))).all(|standing| code(standing) == "token")
    );
    assert_eq!(ada.ids("/viewers").await.len(), 1);
}

#[tokio::test]
async fn a_token_for_many_puts_each_in_its_group_under_a_name_of_its_own() {
    let (site, ada) = Site::set_up(&[]).await;
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let many = token(&ada, json!({"name": "hall", "uses": 2, "group": group})).await;
    let mut first = Device::new(1).token(&many);
    let mut second = Device::new(2).token(&many);
    for device in [&mut first, &mut second] {
        device.request.machine.as_mut().unwrap().hostname = "raspberry".into();
    }
    let names = [first.identity(first.ask(&site).await).viewer, second.identity(second.ask(&site).await).viewer];
    assert_eq!([name(&ada, &names[0]).await, name(&ada, &names[1]).await], ["raspberry", "raspberry 2"]);
    assert_eq!(ada.ids(&format!("/viewers?group={group}")).await.len(), 2);
    assert_eq!(code(&Device::new(3).token(&many).ask(&site).await), "token");
    let shown = ada.get("/enrolment-tokens").await.ok();
    assert_eq!((&shown["items"][0]["used"], &shown["items"][0]["uses"]), (&json!(2), &json!(2)));
    assert!(!shown.to_string().contains("secret"), "{shown}");
}

#[tokio::test]
async fn a_machine_of_the_list_is_let_in_where_the_setting_allows() {
    let (site, ada) = Site::set_up(&[]).await;
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let list = json!([
        {"serial": "sn-1", "name": "Pier", "group": "hall"},
        {"mac": "00-11-22-AA-BB-02", "name": "Quay"},
        {"serial": "SN-9", "mac": "00:11:22:aa:bb:09"},
    ]);
    assert_eq!(ada.post("/expected-devices/list", &list).await.ok(), json!({"made": 3, "known": 0}));
    assert_eq!(ada.post("/expected-devices/list", &list).await.ok(), json!({"made": 0, "known": 3}));
    assert!(matches!(Device::new(1).ask(&site).await, Standing::Pending(_)), "the setting is off");
    ada.patch("/enrolment", &json!({"by_list": true})).await.ok();
    let (by_serial, by_mac, stranger) = (Device::new(1), Device::new(2), Device::new(3));
    let pier = by_serial.identity(by_serial.ask(&site).await).viewer;
    let quay = by_mac.identity(by_mac.ask(&site).await).viewer;
    assert_eq!([name(&ada, &pier).await, name(&ada, &quay).await], ["Pier", "Quay"]);
    assert_eq!(ada.ids(&format!("/viewers?group={group}")).await, [pier]);
    assert!(matches!(stranger.ask(&site).await, Standing::Pending(_)));
    let mut twin = Device::new(1);
    twin.request.start = vec![9; 16];
    assert!(matches!(twin.ask(&site).await, Standing::Pending(_)), "an entry is for one machine");
    assert_eq!(ada.ids("/expected-devices?came=false").await.len(), 1);
}

#[tokio::test]
async fn automatic_approval_names_screens_after_their_computers() {
    let (site, ada) = Site::set_up(&[]).await;
    ada.patch("/enrolment", &json!({"automatic": true})).await.ok();
    let mut left = Device::new(1);
    left.request.machine.as_mut().unwrap().output = "HDMI-1".into();
    let identity = left.identity(left.ask(&site).await);
    assert_eq!(name(&ada, &identity.viewer).await, "player-1 HDMI-1");
}

#[tokio::test]
async fn the_viewer_password_stands_before_every_way_without_a_person() {
    let (site, ada) = Site::set_up(&[]).await;
    let shown = ada.patch("/enrolment", &json!({"automatic": true, "password": "open sesame 1"})).await.ok();
    assert_eq!((&shown["has_password"], &shown["automatic"]), (&json!(true), &json!(true)));
    assert!(!shown.to_string().contains("sesame") && !shown.to_string().contains("argon2"), "{shown}");
    assert!(matches!(Device::new(1).ask(&site).await, Standing::Pending(_)), "a person may still let it in");
    let once = token(&ada, json!({"name": "hall"})).await;
    assert_eq!(code(&Device::new(2).token(&once).ask(&site).await), "password");
    assert_eq!(code(&Device::new(3).password("guess").ask(&site).await), "password");
    let device = Device::new(4).password("open sesame 1");
    device.identity(device.ask(&site).await);
    let device = Device::new(5).token(&once).password("open sesame 1");
    device.identity(device.ask(&site).await);
    for n in 6..20 {
        assert_eq!(code(&Device::new(n).password("guess").ask(&site).await), "password");
    }
    let late = Device::new(20).password("open sesame 1").ask(&site).await;
    let Standing::Refused(refused) = &late else { panic!("{late:?}") };
    assert!(refused.message.contains("too many wrong"), "{}", refused.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_makes_tokens_for_the_owner_of_the_data_folder() {
    let (site, ada) = Site::set_up(&[]).await;
    let group = ada.make("/groups", json!({"name": "Hall 2"})).await;
    let ask = |words: &'static [&'static str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_signboard"));
        command.arg("enrol-token").args(words).arg("--data").arg(site.data.path());
        async move { tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap() }
    };
    let printed = ask(&["--group", "hall 2", "--uses", "2"]).await;
    assert!(printed.status.success(), "{printed:?}");
    let token = String::from_utf8(printed.stdout).unwrap();
    for n in 1..=2 {
        let device = Device::new(n).token(token.trim_end());
        device.identity(device.ask(&site).await);
    }
    assert_eq!(code(&Device::new(3).token(token.trim_end()).ask(&site).await), "token");
    assert_eq!(ada.ids(&format!("/viewers?group={group}")).await.len(), 2);
    let refused = ask(&["--viewer", "Nowhere"]).await;
    assert_eq!(refused.status.code(), Some(66), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no screen"), "{refused:?}");
}
