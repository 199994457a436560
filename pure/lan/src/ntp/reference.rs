//! Reference ids: where a clock has its time from.

use core::net::{IpAddr, Ipv4Addr};
use std::fmt;

use md5::{Digest, Md5};

/// The 32-bit reference id (RFC 5905, section 7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReferenceId([u8; 4]);

impl ReferenceId {
    /// Not synchronised.
    pub const NONE: Self = Self([0; 4]);
    /// The kiss that says "ask less often" (RFC 5905, section 7.4).
    pub const RATE: Self = Self(*b"RATE");
    /// The kiss that says "access denied".
    pub const DENY: Self = Self(*b"DENY");
    /// The kiss that says "access restricted".
    pub const RSTR: Self = Self(*b"RSTR");
    /// A clock that follows nothing, or nothing that we know of: the address of ntpd's and chrony's local clock.
    pub const LOCAL: Self = Self([127, 127, 1, 1]);

    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The bytes of the id.
    #[must_use]
    pub const fn bytes(self) -> [u8; 4] {
        self.0
    }

    /// The id of a source at this address: the IPv4 address itself, or the first four bytes of the MD5 digest of the IPv6 address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.octets()),
            IpAddr::V6(address) => {
                let digest = Md5::digest(address.octets());
                Self([digest[0], digest[1], digest[2], digest[3]])
            }
        }
    }

    /// How a person reads it beside this stratum: a word for a primary clock or a kiss, else an address.
    #[must_use]
    pub fn shown(self, stratum: u8) -> String {
        let word = self.0.iter().take_while(|byte| **byte != 0);
        if stratum <= 1 && self.0[0] != 0 && word.clone().all(u8::is_ascii_graphic) {
            return word.map(|byte| char::from(*byte)).collect();
        }
        self.to_string()
    }
}

impl fmt::Display for ReferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ipv4Addr::from(self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::ReferenceId;

    #[test]
    fn addresses_of_both_families() {
        assert_eq!(ReferenceId::of("192.0.2.7".parse().unwrap()).to_string(), "192.0.2.7");
        assert_eq!(ReferenceId::of("::ffff:192.0.2.7".parse().unwrap()).to_string(), "192.0.2.7");
        // python3 -c "import hashlib,socket; print(hashlib.md5(socket.inet_pton(socket.AF_INET6,'2001:db8::1')).hexdigest()[:8])"
        assert_eq!(ReferenceId::of("2001:db8::1".parse().unwrap()).bytes(), MD5_OF_2001_DB8_1);
    }

    const MD5_OF_2001_DB8_1: [u8; 4] = [0x39, 0xab, 0x9b, 0x37];

    #[test]
    fn primary_clocks_are_words() {
        assert_eq!(ReferenceId::from_bytes(*b"GPS\0").shown(1), "GPS");
        assert_eq!(ReferenceId::RATE.shown(0), "RATE");
        assert_eq!(ReferenceId::from_bytes(*b"GPS\0").shown(2), "71.80.83.0");
        assert_eq!(ReferenceId::NONE.shown(0), "0.0.0.0");
    }
}
