//! Screens of one site are told of each other, as long as they share files and have their place.

use control::v1;
use control::v1::from_viewer::Message as Say;
use serde_json::json;

use crate::screen::{Heard, Screen};
use crate::server::Site;

/// Addresses behind one router, as far as the server can see.
async fn shares(screen: &Screen, n: u32) {
    let addresses = vec![format!("10.1.2.{n}"), "127.0.0.1".to_owned()];
    screen.say(Say::Sharing(v1::Sharing { port: 7_000 + n, addresses })).await;
}

/// Waits until a screen is told who its neighbours are: the key and the port of each.
async fn neighbours(screen: &mut Screen) -> Vec<(Vec<u8>, u32)> {
    loop {
        match screen.hear().await {
            Heard::Neighbours(told) => {
                let mut told: Vec<_> = told.neighbours.into_iter().map(|neighbour| (neighbour.key, neighbour.port)).collect();
                told.sort_by_key(|(_, port)| *port);
                return told;
            }
            Heard::Slice(part) => _ = screen.take(part).await,
            _ => {}
        }
    }
}

#[tokio::test]
async fn screens_that_share_are_told_of_each_other_until_one_has_lost_its_place_or_wants_no_more() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let mut quay = Screen::paired(&site, &ada, 2, "Quay").await;
    let mut mole = Screen::paired(&site, &ada, 3, "Mole").await;
    // Two of three are allowed to; whoever is not is told that it has no neighbours.
    for screen in [&pier, &quay] {
        ada.make("/viewer-settings", json!({"destination": {"viewer": screen.identity.viewer}, "share": true})).await;
    }
    let is = |screen: &Screen, n: u32| (screen.identity.key.fingerprint().to_vec(), 7_000 + n);
    shares(&mole, 3).await;
    assert_eq!(neighbours(&mut mole).await, []);
    shares(&pier, 1).await;
    assert_eq!(neighbours(&mut pier).await, []);
    shares(&quay, 2).await;
    assert_eq!((neighbours(&mut quay).await, neighbours(&mut pier).await), (vec![is(&pier, 1)], vec![is(&quay, 2)]));

    // Now all may.
    ada.make("/viewer-settings", json!({"destination": "all", "share": true})).await;
    shares(&mole, 3).await;
    assert_eq!(neighbours(&mut mole).await, [is(&pier, 1), is(&quay, 2)]);
    assert_eq!(neighbours(&mut pier).await, [is(&quay, 2), is(&mole, 3)]);
    assert_eq!(neighbours(&mut quay).await, [is(&pier, 1), is(&mole, 3)]);

    ada.act(&format!("/devices/{}/revoke", quay.identity.device)).await.done();
    assert_eq!(neighbours(&mut pier).await, [is(&mole, 3)]);
    assert_eq!(neighbours(&mut mole).await, [is(&pier, 1)]);
    mole.say(Say::Sharing(v1::Sharing::default())).await;
    assert_eq!(neighbours(&mut pier).await, []);
    drop(mole);
    pier.say(Say::Sharing(v1::Sharing { port: 70_000, addresses: Vec::new() })).await;
    let Heard::Error(error) = pier.hear().await else { panic!("no such port") };
    assert!(error.code == "sharing" && error.message.contains("70000"), "{error:?}");
}
