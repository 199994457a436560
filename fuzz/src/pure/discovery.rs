//! Discovery: datagrams with XML, metadata requests, and answers of name servers.

use core::time::Duration;
use std::net::IpAddr;

use lan::discovery::{Arrival, Card, Draw, Link, Responder, Role};
use uuid::Uuid;

/// Whatever reads, is written and read again as the same; nothing breaks a reader. No answer of a server is longer than four times
/// its question, nor longer than the question where that came from beyond the link.
pub(super) fn run(data: &[u8]) {
    lan::discovery::digest(data);
    let near = Arrival { from: "192.0.2.9:4000".parse().expect("an address"), link: 2, to: IpAddr::from([239, 255, 255, 250]) };
    let far = Arrival { from: "203.0.113.9:4000".parse().expect("an address"), to: IpAddr::from([192, 0, 2, 7]), ..near };
    for (arrival, factor) in [(near, 4), (far, 1)] {
        let answers = answers(data, arrival);
        assert!(answers.iter().all(|length| *length <= factor * data.len()), "{answers:?} for {}", data.len());
        assert!(answers.len() <= 2, "an answer and its repeat: {answers:?}");
    }
}

/// The lengths of all that a server sends after it heard this.
fn answers(data: &[u8], arrival: Arrival) -> Vec<usize> {
    let card = Card {
        role: Role::Main,
        installation: Uuid::from_u128(1),
        name: "%".repeat(64),
        server: None,
        site: Some("North".to_owned()),
        version: "0.1.0".to_owned(),
        certificate: Some([7; 32]),
        http: Some(80),
        https: Some(443),
        control: Some(7237),
    };
    let mut draw = || Draw { id: Uuid::from_u128(2), delay: 3, repeat: 4 };
    let mut responder = Responder::new(Uuid::from_u128(3), card, 1, Duration::ZERO);
    responder.set_links(vec![Link { index: 2, addresses: vec![(IpAddr::from([192, 0, 2, 7]), 24)] }], Duration::ZERO, &mut draw);
    let drained = |responder: &mut Responder| {
        let mut lengths = Vec::new();
        while let Some(at) = responder.next_time() {
            while let Some(sent) = responder.poll(at) {
                lengths.push(sent.bytes.len());
            }
        }
        lengths
    };
    drained(&mut responder);
    responder.hear(data, arrival, Duration::from_secs(9), &mut draw);
    drained(&mut responder)
}
