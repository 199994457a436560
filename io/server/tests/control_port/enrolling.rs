//! Enrolment by a code and a person.

use control::v1::enrol_reply::Standing;
use serde_json::json;
use server::session::pending::Waiting;

use crate::device::{Device, code, hear};
use crate::server::Site;

#[tokio::test]
async fn a_machine_shows_a_code_and_a_person_gives_it_a_screen() {
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(1);
    let mut replies = device.introduce(&site).await;
    let first = replies.next().await.unwrap().unwrap();
    assert_eq!((first.installation.as_str(), first.language.as_str()), ("Harbour", "en"));
    let Some(Standing::Pending(pending)) = first.standing else { panic!("it waits") };
    let waiting = ada.get("/devices/pending").await.ok();
    assert_eq!(waiting[0]["code"], json!(pending.code));
    for (member, value) in [
        ("player", json!("native")),
        ("hostname", json!("player-1")),
        ("serial", json!("SN-1")),
        ("macs", json!(["00:11:22:aa:bb:01"])),
        ("address", json!("127.0.0.1")),
        ("user_agent", json!("signboard-viewer 0.1.0 (Debian)")),
        ("screen", json!({"width": 1920, "height": 1080})),
    ] {
        assert_eq!(waiting[0][member], value, "{member}");
    }
    let again = device.ask(&site).await;
    assert_eq!(again, Standing::Pending(pending.clone()), "the code stays");

    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let wish = json!({"code": pending.code.to_lowercase(), "name": "Pier", "groups": [group]});
    let viewer = ada.post("/devices/approve", &wish).await.ok();
    let identity = device.identity(hear(&mut replies).await);
    assert!(replies.next().await.unwrap().is_none());
    assert_eq!(identity.viewer, viewer["id"].as_str().unwrap());
    assert_eq!(ada.get("/devices/pending").await.ok(), json!([]));
    let document = ada.get(&format!("/devices/{}", identity.device)).await.ok();
    for (member, value) in
        [("player", "native"), ("hostname", "player-1"), ("serial", "SN-1"), ("viewer", identity.viewer.as_str())]
    {
        assert_eq!(document[member], value, "{member}");
    }
    assert_eq!(document["key"], hex::encode(device.key.fingerprint()));
    assert!(document["certificate_until"].as_i64().unwrap() > server::now::now_ms());

    let known = device.identity(device.ask(&site).await);
    assert_eq!(
        (known.device, known.viewer),
        (identity.device, identity.viewer),
        "who has a place gets a new certificate at once"
    );
}

#[tokio::test]
async fn a_machine_takes_the_place_of_another_and_the_history_stays() {
    let (site, ada) = Site::set_up(&[]).await;
    let first = Device::new(1);
    let before = first.pair(&site, &ada, "Pier").await;
    let second = Device::new(2);
    let mut replies = second.introduce(&site).await;
    let Standing::Pending(pending) = hear(&mut replies).await else { panic!("it waits") };
    ada.post("/devices/approve", &json!({"code": pending.code, "viewer": before.viewer})).await.ok();
    let after = second.identity(hear(&mut replies).await);
    assert_eq!(after.viewer, before.viewer);
    assert_ne!(after.device, before.device);
    assert_eq!(code(&first.ask(&site).await), "revoked");
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_name() {
    let (site, _ada) = Site::set_up(&[]).await;
    let mut device = Device::new(1);
    device.request.start = vec![1; 15];
    assert_eq!(code(&device.ask(&site).await), "malformed");
    device.request.start = vec![1; 16];
    device.request.csr.pop();
    assert_eq!(code(&device.ask(&site).await), "malformed");
}

#[tokio::test]
async fn a_crowd_is_refused_and_those_that_wait_go_on_waiting() {
    let (site, _ada) = Site::set_up(&[]).await;
    let device = Device::new(1);
    assert!(matches!(device.ask(&site).await, Standing::Pending(_)));
    let now = server::now::now_ms();
    for n in 1..server::session::pending::MOST {
        let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + n as u32).into();
        let visitor = Waiting {
            secret_hash: "s".into(),
            code: String::new(),
            user_agent: String::new(),
            screen: Default::default(),
            address,
            since: now,
            seen: now,
            native: None,
        };
        site.app.pending.greet(uuid::Uuid::from_u128(n as u128).into(), visitor, server::now::random).unwrap();
    }
    assert_eq!(code(&Device::new(2).ask(&site).await), "crowded");
    assert!(matches!(device.ask(&site).await, Standing::Pending(_)));
}

#[tokio::test]
async fn one_source_loses_its_own_oldest_and_that_one_is_told() {
    let (site, _ada) = Site::set_up(&[]).await;
    let mut first = Device::new(1).introduce(&site).await;
    assert!(matches!(hear(&mut first).await, Standing::Pending(_)));
    // Later than the first one, also within one millisecond.
    let now = server::now::now_ms() + 1;
    for n in 0..server::session::pending::MOST_OF_SOURCE {
        let visitor = Waiting {
            secret_hash: "s".into(),
            code: String::new(),
            user_agent: String::new(),
            screen: Default::default(),
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            since: now,
            seen: now,
            native: None,
        };
        site.app.pending.greet(uuid::Uuid::from_u128(n as u128).into(), visitor, server::now::random).unwrap();
    }
    assert_eq!(code(&hear(&mut first).await), "crowded");
}
