//! A magic packet in an Ethernet frame of its own.

use super::{Mac, MagicPacket};

/// The EtherType of Wake-on-LAN frames.
pub const ETHER_TYPE: u16 = 0x0842;
/// Every card of a segment.
pub const BROADCAST: Mac = [0xff; 6];
/// Destination, source and type.
const HEADER: usize = 14;

/// The frame from destination to the end of the payload (IEEE 802.3 section 3.1.1, without the check sequence), to every card.
#[must_use]
pub fn write(source: Mac, packet: &MagicPacket) -> Vec<u8> {
    [&BROADCAST[..], &source, &ETHER_TYPE.to_be_bytes(), &packet.to_bytes()].concat()
}

/// The packet in a frame; none if the frame is of another type or holds none.
#[must_use]
pub fn read(frame: &[u8]) -> Option<MagicPacket> {
    let (header, payload) = frame.split_at_checked(HEADER)?;
    (header[12..] == ETHER_TYPE.to_be_bytes()).then(|| MagicPacket::find(payload)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_addresses_type_and_packet() {
        let packet = MagicPacket { target: [0, 0x11, 0x22, 0xaa, 0xbb, 0xcc], password: None };
        let mut frame = write([2, 0, 0, 0, 0, 1], &packet);
        assert_eq!(frame[..14], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x42]);
        assert_eq!(frame[14..], packet.to_bytes());
        assert_eq!(read(&frame), Some(packet));
        frame[13] = 0x43;
        assert_eq!(read(&frame), None);
        assert_eq!(read(&[0; 13]), None);
    }
}
