//! How sessions end, and who is not let in.

use std::time::Duration;

use control::order::{Order, OrderKind};
use control::v1;
use control::v1::from_viewer::Message as Say;
use net::control::Way;

use crate::device::connect;
use crate::screen::{Heard, Screen, hello};
use crate::server::Site;

async fn bye(screen: &mut Screen) -> String {
    match screen.hear().await {
        Heard::Bye(bye) => bye.reason,
        other => panic!("no farewell: {other:?}"),
    }
}

#[tokio::test]
async fn a_viewer_is_told_why_its_session_ends() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let (device, identity, holding) =
        (crate::device::Device::with_key(pier.device.key.clone(), 1), pier.identity.clone(), pier.holding.clone());
    let mut second = Screen::open(&site, device, identity, holding, "").await;
    assert_eq!(bye(&mut pier).await, "replaced");
    assert_eq!(pier.end().await.unwrap(), None);
    second.is_quiet().await;
    assert!(site.app.hub.is_online(second.viewer()), "the end of the first is not the end of the second");

    ada.act(&format!("/devices/{}/revoke", second.identity.device)).await.done();
    assert_eq!(bye(&mut second).await, "revoked");
    assert!(!site.app.hub.is_online(second.viewer()));
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let (_, heard) = tokio::join!(site.stop(), pier.hear());
    let Heard::Bye(farewell) = heard else { panic!("no farewell: {heard:?}") };
    assert_eq!((farewell.reason.as_str(), farewell.again_in), ("shutdown", 1), "one session needs no spread");
}

#[tokio::test]
async fn versions_one_apart_meet_and_others_are_told() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let Screen { device, identity, holding, .. } = pier;
    let link = connect(&site, &identity, Way::Control).await;
    for (min, max, meets) in [(1, 2, true), (0, 1, true), (2, 3, false)] {
        let hello = v1::Hello { protocol_min: min, protocol_max: max, ..hello(&device, &holding, "") };
        let (_say, mut heard) = link.session(hello).await.unwrap();
        let first = heard.next().await.unwrap().unwrap().message.unwrap();
        match first {
            Heard::Welcome(welcome) => assert!(meets && welcome.protocol == 1),
            Heard::Bye(bye) => assert!(!meets && bye.reason == "version"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_breaks_the_rules_is_cut_and_others_are_not() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut quay = Screen::paired(&site, &ada, 2, "Quay").await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let part = v1::Attachment { bytes: vec![0; 300_000], ..v1::Attachment::default() };
    pier.say(Say::Attachment(part)).await;
    let heard = pier.hear().await;
    assert!(matches!(&heard, Heard::Error(error) if error.code == "attachment"), "{heard:?}");
    pier.is_quiet().await;

    let link = connect(&site, &pier.identity, Way::Control).await;
    let early = v1::FromViewer { message: Some(Say::Ping(v1::Ping {})) };
    let mut heard = link.session_of(futures::stream::iter([early])).await.unwrap();
    assert!(heard.next().await.unwrap().is_none(), "it did not say hello");
    pier.is_quiet().await;
    quay.is_quiet().await;
}

#[tokio::test]
async fn a_peer_that_takes_nothing_of_what_it_is_sent_is_cut_and_the_next_session_is_not() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let first = site.app.hub.session_at(pier.viewer());
    let deaf = connect(&site, &pier.identity, Way::Control).await;
    let (_say, _unread) = deaf.session(hello(&pier.device, &pier.holding, "")).await.unwrap();
    while site.app.hub.session_at(pier.viewer()) == first {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // More than a window: what is said after it stays in the server's memory.
    let arguments = [("value".to_owned(), "x".repeat(200_000))].into();
    let id = uuid::Uuid::from_u128(5);
    assert!(
        site.app.hub.order(pier.viewer(), Order { id, kind: OrderKind::SetSetting, seconds: None, arguments, expires: None })
    );
    let mut next = pier.again(&site, "").await;
    let cut = async {
        while !deaf.is_closed() {
            next.is_quiet().await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(90), cut).await.expect("the connection is cut");
    next.is_quiet().await;
}
