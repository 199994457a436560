//! The magic packet.

use std::fmt;

use thiserror::Error;

use super::Mac;

/// What a packet begins with.
const SYNC: [u8; 6] = [0xff; 6];
/// How often the address stands in a packet.
const TIMES: usize = 16;
/// Length of a packet without its password.
const LENGTH: usize = SYNC.len() + TIMES * 6;

/// A packet that wakes one card (AMD publication 20213).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MagicPacket {
    /// Whom it wakes.
    pub target: Mac,
    /// What the card demands besides.
    pub password: Option<Password>,
}

/// A password of SecureOn: four or six bytes. It is never shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// As an IPv4 address has.
    Four([u8; 4]),
    /// As a hardware address has.
    Six([u8; 6]),
}

/// Neither four nor six bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a SecureOn password has four or six bytes, not {length}")]
pub struct PasswordError {
    /// How many there were.
    pub length: usize,
}

impl MagicPacket {
    /// The packet: 102 bytes, or 106 or 108 with a password.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LENGTH + 6);
        bytes.extend(SYNC);
        (0..TIMES).for_each(|_| bytes.extend(self.target));
        bytes.extend(self.password.iter().flat_map(Password::as_bytes));
        bytes
    }

    /// The first packet that stands anywhere in a payload. Bytes behind it are its password if there are exactly four or six of them. The
    /// sequence for a card with the address `ff:ff:ff:ff:ff:ff` is passed over, since no card has that.
    #[must_use]
    pub fn find(payload: &[u8]) -> Option<Self> {
        Self::find_for(payload, |_| true)
    }

    /// As [`Self::find`], but as a card looks: packets for others are passed over. One payload can be read as packets for several
    /// addresses, where bytes of `ff` stand before it or in the address.
    #[must_use]
    pub fn find_for(payload: &[u8], is_wanted: impl Fn(&Mac) -> bool) -> Option<Self> {
        let last = payload.len().checked_sub(LENGTH)?;
        let mut start = 0;
        while start <= last {
            // The address may begin with ff itself, so that a run of ff can be longer than the beginning: each place is tried.
            let candidate = &payload[start..start + LENGTH];
            match candidate[..SYNC.len()].iter().rposition(|byte| *byte != 0xff) {
                Some(other) => start += other + 1,
                None => {
                    let (target, rest) = candidate[SYNC.len()..].split_first_chunk().expect("sixteen addresses follow");
                    if *target != SYNC && is_wanted(target) && rest.chunks_exact(6).all(|again| again == target) {
                        let password = Password::from_bytes(&payload[start + LENGTH..]).ok();
                        return Some(Self { target: *target, password });
                    }
                    start += 1;
                }
            }
        }
        None
    }
}

impl Password {
    /// A password of these bytes.
    ///
    /// # Errors
    /// [`PasswordError`] unless there are four or six.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PasswordError> {
        match bytes.len() {
            4 => Ok(Self::Four(bytes.try_into().expect("four bytes"))),
            6 => Ok(Self::Six(bytes.try_into().expect("six bytes"))),
            length => Err(PasswordError { length }),
        }
    }

    /// Its bytes, as they end a packet.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Four(bytes) => bytes,
            Self::Six(bytes) => bytes,
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Password of {} bytes", self.as_bytes().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TARGET: Mac = [0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc];

    #[test]
    fn the_bytes_are_those_of_the_white_paper() {
        let plain = MagicPacket { target: TARGET, password: None };
        let expected = "ffffffffffff".to_owned() + &"001122aabbcc".repeat(16);
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(&plain.to_bytes()), expected);
        for (password, text) in [(&[192, 0, 2, 1][..], "c0000201"), (&[1, 2, 3, 4, 5, 6], "010203040506")] {
            let secured = MagicPacket { password: Some(Password::from_bytes(password).unwrap()), ..plain };
            assert_eq!(hex(&secured.to_bytes()), expected.clone() + text);
            assert_eq!(MagicPacket::find(&secured.to_bytes()), Some(secured));
        }
        assert_eq!(MagicPacket::find(&plain.to_bytes()), Some(plain));
    }

    #[test]
    fn it_is_found_anywhere_and_only_whole() {
        let plain = MagicPacket { target: TARGET, password: None };
        let bytes = plain.to_bytes();
        let within = [&[0xff; 9][..], b"some header", &bytes, b"trailer"].concat();
        assert_eq!(MagicPacket::find(&within), Some(plain));
        for length in 0..bytes.len() {
            assert_eq!(MagicPacket::find(&bytes[..length]), None, "{length}");
        }
        for place in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[place] ^= 0x40;
            assert_eq!(MagicPacket::find(&broken), None, "byte {place}");
        }
    }

    #[test]
    fn addresses_that_begin_or_end_with_ff_are_found() {
        for target in [[0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], [0, 0xff, 0xff, 0xff, 0xff, 0xff], [0xfe, 0xff, 0, 0xff, 0, 0xff]] {
            let packet = MagicPacket { target, password: None };
            assert_eq!(MagicPacket::find(&packet.to_bytes()), Some(packet));
            let behind_ff = [&[0xff; 3][..], &packet.to_bytes()].concat();
            assert_eq!(MagicPacket::find_for(&behind_ff, |other| *other == target), Some(packet));
        }
        assert_eq!(MagicPacket::find(&[0xff; 400]), None);
    }

    #[test]
    fn passwords_have_two_lengths_and_are_not_shown() {
        assert_eq!(Password::from_bytes(&[1; 5]), Err(PasswordError { length: 5 }));
        assert_eq!(format!("{:?}", Password::Four([171, 2, 3, 4])), "Password of 4 bytes");
    }

    proptest! {
        #[test]
        fn what_is_written_is_found(target: [u8; 6], password in proptest::option::of(any::<[u8; 6]>()), before in 0_usize..20) {
            prop_assume!(target != [0xff; 6]);
            let packet = MagicPacket { target, password: password.map(Password::Six) };
            let payload = [&vec![0x5a; before][..], &packet.to_bytes()].concat();
            prop_assert_eq!(MagicPacket::find(&payload), Some(packet));
        }
    }
}
