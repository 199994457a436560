//! Network cards that machines report.

use serde_json::json;

use crate::device::Device;
use crate::server::Site;

#[tokio::test]
async fn reported_cards_are_known_once_and_go_with_their_machine() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut device = Device::new(1);
    let twice = ["00:11:22:aa:bb:01", "00-11-22-AA-BB-01", "nonsense", "00:11:22:aa:bb:77"].map(str::to_owned);
    device.request.machine.as_mut().unwrap().macs = twice.to_vec();
    let identity = device.pair(&site, &ada, "Pier").await;
    let cards = |viewer: String| {
        let ada = ada.clone();
        async move {
            let list = ada.get(&format!("/network-cards?viewer={viewer}&sort=mac")).await.ok();
            let macs = list["items"].as_array().unwrap().iter().map(|card| card["mac"].as_str().unwrap().to_owned());
            macs.collect::<Vec<_>>()
        }
    };
    assert_eq!(cards(identity.viewer.clone()).await, ["00:11:22:aa:bb:01", "00:11:22:aa:bb:77"]);
    let second = Device::new(2);
    ada.make("/network-cards", json!({"viewer": identity.viewer, "mac": "00:11:22:aa:bb:02"})).await;
    let mut replies = second.introduce(&site).await;
    let control::v1::enrol_reply::Standing::Pending(pending) = crate::device::hear(&mut replies).await else { panic!() };
    ada.post("/devices/approve", &json!({"code": pending.code, "viewer": identity.viewer})).await.ok();
    assert_eq!(cards(identity.viewer.clone()).await, ["00:11:22:aa:bb:02"], "the cards of the old machine went");
    // The old machine comes back with a new key and gets a screen of its own.
    let back = Device::with_key(net::control::Key::make(), 1).pair(&site, &ada, "Quay").await;
    assert_eq!(cards(back.viewer).await, ["00:11:22:aa:bb:01"]);
}
