//! What is no TLS, comes slowly, or is too long.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use control::v1::{EnrolRequest, Machine};

use crate::counts::Counts;
use crate::device::{Device, stranger};
use crate::server::Site;

async fn dial(site: &Site) -> TcpStream {
    TcpStream::connect(("127.0.0.1", site.app.control.ports().control)).await.unwrap()
}

/// What comes before the other end closes.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset says as much as an end.
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await.expect("it is closed");
    bytes
}

#[tokio::test]
async fn plain_http_and_garbage_are_closed_and_counted_while_others_go_on() {
    let counts = Counts::start();
    let (site, ada) = Site::set_up(&[]).await;
    for words in
        ["GET / HTTP/1.1\r\nhost: signboard\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}"]
    {
        let mut stream = dial(&site).await;
        stream.write_all(words.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(!answer.starts_with(b"HTTP"), "{}", answer.escape_ascii());
    }
    assert_eq!(counts.refused("not_tls"), 3);
    Device::new(1).pair(&site, &ada, "Pier").await;
}

#[tokio::test]
async fn a_port_that_is_only_touched_is_no_refusal() {
    let counts = Counts::start();
    let (site, _ada) = Site::set_up(&[]).await;
    drop(dial(&site).await);
    stranger(&site).await.health().await.unwrap();
    let total: u64 = server::control_port::Reason::ALL.iter().map(|reason| counts.refused(reason.name())).sum();
    assert_eq!(total, 0);
}

#[tokio::test]
async fn who_is_slow_in_the_handshake_or_asks_nothing_is_cut() {
    let counts = Counts::start();
    let (site, _ada) = Site::set_up(&["control.patience-seconds=1"]).await;
    let mut silent = dial(&site).await;
    assert!(rest(&mut silent).await.is_empty());
    assert_eq!(counts.refused("slow_handshake"), 1);
    let link = stranger(&site).await;
    let ended = async {
        while !link.is_closed() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it is cut");
    assert_eq!(counts.refused("slow_request"), 1);
}

#[tokio::test]
async fn a_message_that_is_too_long_is_refused_and_the_connection_goes_on() {
    let (site, _ada) = Site::set_up(&[]).await;
    let link = stranger(&site).await;
    let machine = Machine { hostname: "x".repeat(40 << 10), ..Machine::default() };
    let long = EnrolRequest { machine: Some(machine), ..Device::new(1).request };
    let refused = link.enrol(EnrolRequest { csr: vec![0; 100], ..long }).await;
    assert!(refused.is_err());
    link.health().await.unwrap();
}
