//! Thousands of connections that say nothing.

use std::time::Duration;

use net::control::{Dialer, JudgedAt, Way};
use tokio::net::TcpStream;

use crate::counts::Counts;
use crate::device::{Device, address, connect, stranger};
use crate::server::Site;

#[tokio::test]
async fn two_thousand_silent_connections_keep_no_viewer_out() {
    ::server::listen::raise_open_files();
    let counts = Counts::start();
    // They could stay for two minutes, and viewers have no more places than there must be at least.
    let (site, ada) = Site::set_up(&["control.patience-seconds=120", "control.connections=16"]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let mut silent = Vec::new();
    for _ in 0..2_000 {
        silent.push(TcpStream::connect(("127.0.0.1", site.app.control.ports().control)).await.unwrap());
    }
    for way in [Way::Control, Way::Https] {
        connect(&site, &identity, way).await.health().await.unwrap();
    }
    stranger(&site).await.health().await.unwrap();
    let made_room = async {
        while counts.refused("crowded") < 2_000 - 1_024 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), made_room).await.expect("the oldest ones make room");
    assert_eq!(counts.refused("slow_handshake"), 0);
    drop(silent);
}

#[tokio::test]
async fn who_has_no_place_among_the_viewers_is_told_apart() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&["control.connections=16"]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let mut open = Vec::new();
    for _ in 0..16 {
        let link = connect(&site, &identity, Way::Control).await;
        link.health().await.unwrap();
        open.push(link);
    }
    // It may notice while it still connects.
    let is_in = match Dialer::of(identity, JudgedAt::system()).dial(&[address(&site, Way::Control)]).await {
        Ok(link) => link.health().await.is_ok(),
        Err(_) => false,
    };
    assert!(!is_in);
    assert_eq!(counts.refused("crowded"), 1);
    stranger(&site).await.health().await.expect("strangers have places of their own");
    drop(open);
}

#[tokio::test]
async fn of_too_many_connections_of_one_device_the_oldest_are_cut() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let other = Device::new(2).pair(&site, &ada, "Quay").await;
    let other = connect(&site, &other, Way::Control).await;
    let mut open = Vec::new();
    for _ in 0..34 {
        let link = connect(&site, &identity, Way::Control).await;
        link.health().await.unwrap();
        open.push(link);
    }
    let cut = async {
        while !open[..2].iter().all(net::control::Link::is_closed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), cut).await.expect("the oldest are cut");
    for link in open[2..].iter().chain([&other]) {
        link.health().await.unwrap();
    }
    assert_eq!(site.app.control.connections.len(), 33);
}
