//! A range of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Setting, Value};

/// An address or a network in CIDR notation (RFC 4632, section 3.1; RFC 4291, section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IpRange {
    address: IpAddr,
    prefix: u8,
}

impl IpRange {
    /// Reads `10.0.0.0/8`, `fd00::/8` or a single address; `None` where it is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.parse().ok()?, Some(prefix.parse::<u8>().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let longest = if IpAddr::is_ipv4(&address) { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// The network of an address: all addresses that share its first `prefix` bits. `None` where there are not as
    /// many bits.
    #[must_use]
    pub fn network(address: IpAddr, prefix: u8) -> Option<Self> {
        let range = Self { address, prefix };
        let address = match (address, range.mask()?) {
            (IpAddr::V4(address), IpAddr::V4(mask)) => IpAddr::V4(address & mask),
            (IpAddr::V6(address), IpAddr::V6(mask)) => IpAddr::V6(address & mask),
            _ => return None,
        };
        Some(Self { address, prefix })
    }

    /// Address and mask, as certificates write a range (RFC 5280, section 4.2.1.10).
    #[must_use]
    pub fn octets(&self) -> (IpAddr, IpAddr) {
        (self.address, self.mask().expect("the prefix was checked when the range was made"))
    }

    fn mask(&self) -> Option<IpAddr> {
        let prefix = u32::from(self.prefix);
        match self.address {
            IpAddr::V4(_) => {
                let host = 32_u32.checked_sub(prefix)?;
                Some(IpAddr::V4(Ipv4Addr::from_bits(u32::MAX.checked_shl(host).unwrap_or(0))))
            }
            IpAddr::V6(_) => {
                let host = 128_u32.checked_sub(prefix)?;
                Some(IpAddr::V6(Ipv6Addr::from_bits(u128::MAX.checked_shl(host).unwrap_or(0))))
            }
        }
    }

    /// Whether the address lies in the range. An IPv4 address mapped into IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let shared = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        shared >= u32::from(self.prefix)
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl Setting for IpRange {
    const LEGAL: &'static str = "an address or a network such as 10.0.0.0/8";

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.text()?)
    }

    fn show(&self) -> String {
        format!("\"{self}\"")
    }
}
