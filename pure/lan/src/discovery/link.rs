//! An interface of this host, as far as discovery needs to know it.

use core::net::IpAddr;

/// A network interface with its addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The index that the system gave it; never 0.
    pub index: u32,
    /// Its addresses with the lengths of their prefixes, in the system's order.
    pub addresses: Vec<(IpAddr, u8)>,
}

impl Link {
    /// Whether `other` is in a subnet of this interface.
    #[must_use]
    pub fn reaches(&self, other: IpAddr) -> bool {
        self.addresses.iter().any(|&(own, prefix)| same_subnet(own, prefix, other))
    }

    /// The address to name to `asker`: the one in its subnet, else the first of its family; link-local IPv4 comes last.
    #[must_use]
    pub fn address_for(&self, asker: IpAddr) -> Option<IpAddr> {
        let near = self.addresses.iter().find(|&&(own, prefix)| same_subnet(own, prefix, asker));
        near.map(|&(own, _)| own).filter(|own| !own.is_loopback()).or_else(|| self.first(asker.is_ipv4()))
    }

    /// The first IPv4 or IPv6 address that is not loopback; link-local IPv4 comes last.
    /// For IPv6 a link-local address comes first, since everybody on the link has a route to it.
    #[must_use]
    pub fn first(&self, ipv4: bool) -> Option<IpAddr> {
        let usable = || self.addresses.iter().map(|&(own, _)| own).filter(move |own| own.is_ipv4() == ipv4 && !own.is_loopback());
        let preferred = usable().find(|own| match own {
            IpAddr::V4(own) => !own.is_link_local(),
            IpAddr::V6(own) => own.is_unicast_link_local(),
        });
        preferred.or_else(|| usable().next())
    }
}

fn same_subnet(own: IpAddr, prefix: u8, other: IpAddr) -> bool {
    match (own, other) {
        (IpAddr::V4(own), IpAddr::V4(other)) => {
            let shift = 32_u32.saturating_sub(u32::from(prefix));
            (own.to_bits() ^ other.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }
        (IpAddr::V6(own), IpAddr::V6(other)) => {
            let shift = 128_u32.saturating_sub(u32::from(prefix));
            (own.to_bits() ^ other.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(addresses: &[(&str, u8)]) -> Link {
        Link { index: 2, addresses: addresses.iter().map(|(text, prefix)| (text.parse().unwrap(), *prefix)).collect() }
    }

    #[test]
    fn the_address_in_the_askers_subnet_is_named() {
        let link = link(&[("169.254.3.4", 16), ("192.0.2.7", 24), ("198.51.100.7", 25), ("2001:db8::7", 64), ("fe80::7", 64)]);
        let named = |asker: &str| link.address_for(asker.parse().unwrap()).map(|own| own.to_string());
        assert_eq!(named("198.51.100.9").as_deref(), Some("198.51.100.7"));
        assert_eq!(named("198.51.100.200").as_deref(), Some("192.0.2.7"));
        assert_eq!(named("169.254.9.9").as_deref(), Some("169.254.3.4"));
        assert_eq!(named("203.0.113.1").as_deref(), Some("192.0.2.7"));
        assert_eq!(named("2001:db8::9").as_deref(), Some("2001:db8::7"));
        assert_eq!(named("2001:db8:1::9").as_deref(), Some("fe80::7"));
        assert!(link.reaches("198.51.100.1".parse().unwrap()));
        assert!(!link.reaches("203.0.113.1".parse().unwrap()));
    }

    #[test]
    fn loopback_is_never_named() {
        let link = link(&[("127.0.0.1", 8), ("::1", 128)]);
        assert_eq!(link.first(true), None);
        assert_eq!(link.address_for("127.0.0.1".parse().unwrap()), None);
        assert_eq!(link.first(false), None);
    }

    #[test]
    fn a_prefix_of_zero_holds_everybody() {
        assert!(link(&[("192.0.2.7", 0)]).reaches("203.0.113.1".parse().unwrap()));
        assert!(!link(&[("192.0.2.7", 32)]).reaches("192.0.2.6".parse().unwrap()));
    }
}
