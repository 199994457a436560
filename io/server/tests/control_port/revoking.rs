//! A device that loses its place is out at once.

use std::time::Duration;

use net::control::{Link, LinkError, Way};
use serde_json::json;

use crate::counts::Counts;
use crate::device::{Device, code, connect};
use crate::server::Site;

async fn is_cut(link: &Link) {
    let cut = async {
        while !link.is_closed() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), cut).await.expect("it is cut");
}

#[tokio::test]
async fn a_revoked_device_is_cut_on_every_way_and_stays_out() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&[]).await;
    let (device, other) = (Device::new(1), Device::new(2));
    let identity = device.pair(&site, &ada, "Pier").await;
    let bystander = connect(&site, &other.pair(&site, &ada, "Quay").await, Way::Control).await;
    let links = [connect(&site, &identity, Way::Control).await, connect(&site, &identity, Way::Http).await];
    for link in &links {
        link.health().await.unwrap();
    }
    ada.act(&format!("/devices/{}/revoke", identity.device)).await.done();
    for link in &links {
        is_cut(link).await;
    }
    assert_eq!(counts.refused("revoked"), 2);
    bystander.health().await.unwrap();
    let again = connect(&site, &identity, Way::Control).await;
    let refused = again.session(control::v1::Hello::default()).await.map(drop).unwrap_err();
    assert!(matches!(refused, LinkError::Denied { .. }), "{refused:?}");
    let refused = again.renew(device.key.request()).await.unwrap_err();
    assert!(matches!(refused, LinkError::Denied { .. }), "{refused:?}");
    assert_eq!(code(&device.ask(&site).await), "revoked");
}

#[tokio::test]
async fn a_suspended_device_and_one_whose_screen_is_deleted_are_cut() {
    let (site, ada) = Site::set_up(&[]).await;
    for (n, name) in [(1, "Pier"), (2, "Quay")] {
        let identity = Device::new(n).pair(&site, &ada, name).await;
        let link = connect(&site, &identity, Way::Control).await;
        link.health().await.unwrap();
        match n {
            1 => drop(ada.make("/suspensions", json!({"subject": identity.device})).await),
            _ => drop(ada.delete(&format!("/viewers/{}", identity.viewer)).await.cleared()),
        }
        is_cut(&link).await;
    }
}
