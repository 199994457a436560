//! The 48 bytes of an NTP packet (RFC 5905, section 7.3; the same layout in version 3).

use thiserror::Error;

use super::leap::Leap;
use super::reference::ReferenceId;
use super::tail;
use super::timestamp::{Short, Timestamp};

/// Length of a packet without extension fields and MAC, in bytes.
pub const LENGTH: usize = 48;

/// Longest datagram that is looked at, in bytes.
pub(super) const LONGEST: usize = 1_024;

/// Association mode (RFC 5905, figure 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// 0, reserved.
    Reserved,
    /// 1, symmetric active.
    SymmetricActive,
    /// 2, symmetric passive.
    SymmetricPassive,
    /// 3, client.
    Client,
    /// 4, server.
    Server,
    /// 5, broadcast.
    Broadcast,
    /// 6, control messages. Never answered.
    Control,
    /// 7, private messages. Never answered.
    Private,
}

impl Mode {
    const ALL: [Self; 8] = [
        Self::Reserved,
        Self::SymmetricActive,
        Self::SymmetricPassive,
        Self::Client,
        Self::Server,
        Self::Broadcast,
        Self::Control,
        Self::Private,
    ];

    const fn bits(self) -> u8 {
        self as u8
    }
}

/// The header of a packet. Fields are as on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Leap indicator.
    pub leap: Leap,
    /// Version, 3 or 4.
    pub version: u8,
    /// Association mode.
    pub mode: Mode,
    /// Stratum: 0 is unspecified or a kiss, 1 primary, 2 to 15 secondary, 16 and above not synchronised.
    pub stratum: u8,
    /// Binary logarithm of the greatest interval between questions, in seconds.
    pub poll: i8,
    /// Binary logarithm of the clock's precision, in seconds.
    pub precision: i8,
    /// Round trip to the primary clock.
    pub root_delay: Short,
    /// Dispersion to the primary clock.
    pub root_dispersion: Short,
    /// Where the clock has its time from, or a kiss code.
    pub reference_id: ReferenceId,
    /// When the clock was last set or corrected.
    pub reference_time: Timestamp,
    /// The question's transmit timestamp.
    pub origin: Timestamp,
    /// When the question arrived.
    pub receive: Timestamp,
    /// When this packet left.
    pub transmit: Timestamp,
}

/// Why bytes are not an NTP packet that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// Fewer than 48 bytes.
    #[error("{0} bytes are too few for an NTP packet, it has at least 48")]
    Short(usize),
    /// More than 1,024 bytes.
    #[error("{0} bytes are too many for an NTP packet, at most 1,024 are read")]
    Long(usize),
    /// Another version than 3 and 4.
    #[error("NTP version {0} is not spoken, ask in version 3 or 4")]
    Version(u8),
    /// Mode 6 or 7: control messages, of whatever version and length.
    #[error("NTP control messages (mode {0}) are not answered")]
    Control(u8),
    /// What follows the header is neither extension fields nor a MAC.
    #[error("the bytes behind the NTP header are neither extension fields nor a MAC")]
    Tail,
}

impl Packet {
    /// Reads a datagram. Extension fields and MAC are checked for soundness and read over.
    ///
    /// # Errors
    ///
    /// If the length, the version, the mode (6 and 7) or the tail is not one that is read. Looked at in this order: empty, control, length, version, tail.
    pub fn read(datagram: &[u8]) -> Result<Self, Malformed> {
        let first = *datagram.first().ok_or(Malformed::Short(0))?;
        let (version, mode) = ((first >> 3) & 7, first & 7);
        if mode >= 6 {
            return Err(Malformed::Control(mode));
        }
        if datagram.len() > LONGEST {
            return Err(Malformed::Long(datagram.len()));
        }
        let (header, rest) = datagram.split_first_chunk::<LENGTH>().ok_or(Malformed::Short(datagram.len()))?;
        if !(3..=4).contains(&version) {
            return Err(Malformed::Version(version));
        }
        if !tail::is_sound(version, rest) {
            return Err(Malformed::Tail);
        }
        let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let stamp = |at: usize| Timestamp::from_bits((u64::from(word(at)) << 32) | u64::from(word(at + 4)));
        Ok(Self {
            leap: Leap::from_bits(first >> 6),
            version,
            mode: Mode::ALL[usize::from(mode)],
            stratum: header[1],
            poll: header[2].cast_signed(),
            precision: header[3].cast_signed(),
            root_delay: Short::from_bits(word(4)),
            root_dispersion: Short::from_bits(word(8)),
            reference_id: ReferenceId::from_bytes(word(12).to_be_bytes()),
            reference_time: stamp(16),
            origin: stamp(24),
            receive: stamp(32),
            transmit: stamp(40),
        })
    }

    /// A client's question: version 4, and nothing told but a number that the answer must repeat.
    #[must_use]
    pub fn question(nonce: u64) -> Self {
        Self {
            leap: Leap::None,
            version: 4,
            mode: Mode::Client,
            stratum: 0,
            poll: 0,
            precision: 0,
            root_delay: Short::default(),
            root_dispersion: Short::default(),
            reference_id: ReferenceId::NONE,
            reference_time: Timestamp::ZERO,
            origin: Timestamp::ZERO,
            receive: Timestamp::ZERO,
            transmit: Timestamp::from_bits(nonce),
        }
    }

    /// The packet as bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[0] = (self.leap.bits() << 6) | ((self.version & 7) << 3) | self.mode.bits();
        bytes[1] = self.stratum;
        bytes[2] = self.poll.cast_unsigned();
        bytes[3] = self.precision.cast_unsigned();
        bytes[4..8].copy_from_slice(&self.root_delay.bits().to_be_bytes());
        bytes[8..12].copy_from_slice(&self.root_dispersion.bits().to_be_bytes());
        bytes[12..16].copy_from_slice(&self.reference_id.bytes());
        for (at, stamp) in [(16, self.reference_time), (24, self.origin), (32, self.receive), (40, self.transmit)] {
            bytes[at..at + 8].copy_from_slice(&stamp.bits().to_be_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LENGTH, Malformed, Mode, Packet};
    use crate::ntp::{Leap, ReferenceId, Short, Timestamp};

    /// A server's answer, written down field by field as RFC 5905 figure 8 lays it out.
    const ANSWER: &str =
        "24 02 06 e9 00000a3d 00000f5c c0000201 ee4f1d2b80000000 ee4f1d3c11111111 ee4f1d3c22222222 ee4f1d3c33333333";

    fn bytes(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn an_answer_both_ways() {
        let packet = Packet::read(&bytes(ANSWER)).unwrap();
        let expected = Packet {
            leap: Leap::None,
            version: 4,
            mode: Mode::Server,
            stratum: 2,
            poll: 6,
            precision: -23,
            root_delay: Short::from_bits(0x0a3d),
            root_dispersion: Short::from_bits(0x0f5c),
            reference_id: ReferenceId::of("192.0.2.1".parse().unwrap()),
            reference_time: Timestamp::from_bits(0xee4f_1d2b_8000_0000),
            origin: Timestamp::from_bits(0xee4f_1d3c_1111_1111),
            receive: Timestamp::from_bits(0xee4f_1d3c_2222_2222),
            transmit: Timestamp::from_bits(0xee4f_1d3c_3333_3333),
        };
        assert_eq!(packet, expected);
        assert_eq!(expected.bytes().as_slice(), bytes(ANSWER));
    }

    #[test]
    fn wrong_bytes_have_a_reason() {
        let mut packet = bytes(ANSWER);
        assert_eq!(Packet::read(&[]), Err(Malformed::Short(0)));
        assert_eq!(Packet::read(&packet[..47]), Err(Malformed::Short(47)));
        for (first, reason) in [
            (0x16, Malformed::Control(6)),
            (0x27, Malformed::Control(7)),
            (0x03, Malformed::Version(0)),
            (0x0b, Malformed::Version(1)),
            (0x13, Malformed::Version(2)),
            (0x2b, Malformed::Version(5)),
            (0x3b, Malformed::Version(7)),
        ] {
            packet[0] = first;
            assert_eq!(Packet::read(&packet), Err(reason));
        }
        packet[0] = 0x23;
        packet.resize(1_025, 0);
        assert_eq!(Packet::read(&packet), Err(Malformed::Long(1_025)));
        // A short control message is told apart from a short packet, since the two are counted apart.
        assert_eq!(Packet::read(&[0x16; 12]), Err(Malformed::Control(6)));
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_alike(mut header in proptest::collection::vec(any::<u8>(), LENGTH), version in 3_u8..5, mode in 0_u8..6) {
            header[0] = (header[0] & 0xc0) | (version << 3) | mode;
            let packet = Packet::read(&header).unwrap();
            prop_assert_eq!(packet.bytes().to_vec(), header);
        }

        #[test]
        fn any_bytes_are_survived(datagram in proptest::collection::vec(any::<u8>(), 0..1_100)) {
            crate::ntp::fuzz(&datagram);
        }
    }
}
