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
