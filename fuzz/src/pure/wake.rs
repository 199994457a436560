//! Magic packets: the first byte says over which port they came, 0 as a frame.

use std::net::Ipv4Addr;

use lan::wake::{Heard, Hearing, MagicPacket, Outcome, frame};

/// What is found in a packet is in it, stands written anew as itself, and is reported for our own card only and once.
pub(super) fn run(data: &[u8]) {
    let Some((port, data)) = data.split_first() else { return };
    if let Some(packet) = frame::read(data) {
        let written = frame::write([2; 6], &packet);
        assert_eq!(frame::read(&written), Some(packet));
    }
    let Some(packet) = MagicPacket::find(data) else { return };
    let written = packet.to_bytes();
    assert!(matches!(written.len(), 102 | 106 | 108));
    assert_eq!(MagicPacket::find(&written).as_ref(), Some(&packet));
    assert!(data.windows(written.len()).any(|part| part == written));

    let (own, from) = ([2, 0, 0, 0, 0, 1], Ipv4Addr::LOCALHOST.into());
    let mut hearing = Hearing::new(vec![own]);
    let port = u16::from(*port);
    let first = hearing.take(0, port, from, data);
    match MagicPacket::find_for(data, |target| *target == own) {
        Some(packet) => {
            assert_eq!(first, Outcome::Heard(Heard { port, from, packet }));
            assert_eq!(hearing.take(1, port, from, data), Outcome::Repeated);
        }
        None => assert!(first == Outcome::Foreign && packet.target != own),
    }
}
