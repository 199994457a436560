//! Two machines with one key: a disk was copied.

use control::v1::enrol_reply::Standing;
use domain::id::DeviceId;

use crate::device::{Device, code, hear};
use crate::server::Site;

#[tokio::test]
async fn the_second_machine_that_waits_is_told_to_make_a_new_key() {
    let (site, _ada) = Site::set_up(&[]).await;
    let first = Device::new(1);
    let copy = Device::with_key(first.key.clone(), 2);
    let mut replies = first.introduce(&site).await;
    let Standing::Pending(pending) = hear(&mut replies).await else { panic!("it waits") };
    assert_eq!(code(&copy.ask(&site).await), "key_in_use");
    let mut restarted = Device::with_key(first.key.clone(), 1);
    restarted.request.start = vec![7; 16];
    assert_eq!(restarted.ask(&site).await, Standing::Pending(pending), "the same machine, started again");
}

#[tokio::test]
async fn the_second_machine_is_told_while_the_first_is_connected_and_answers() {
    let (site, ada) = Site::set_up(&[]).await;
    let first = Device::new(1);
    let identity = first.pair(&site, &ada, "Pier").await;
    let device: DeviceId = identity.device.parse().unwrap();
    let seat = site.app.control.presence.claim(device, &first.request.start).await.unwrap();
    let talking = tokio::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            seat.heard();
        }
    });
    let copy = Device::with_key(first.key.clone(), 2);
    assert_eq!(code(&copy.ask(&site).await), "key_in_use");
    first.identity(first.ask(&site).await);
    talking.abort();
    let _ = talking.await;
    copy.identity(copy.ask(&site).await);
}
