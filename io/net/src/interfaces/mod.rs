//! The network interfaces of this host: which are there, which discovery serves, and when that changes.

mod kind;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use if_addrs::{IfAddr, IfOperStatus};
use lan::discovery::Link;

pub use kind::Unserved;
pub use watch::Interfaces;

/// A network interface that has at least one address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interface {
    /// Its index and addresses. Addresses that the system still checks for duplicates are not among them.
    pub link: Link,
    /// Its name, such as `eth0`.
    pub name: String,
    /// Why discovery does not serve it, if it does not.
    pub unserved: Option<Unserved>,
}

/// All interfaces that have an address, in the order of their indexes.
///
/// # Errors
/// What the system says when it cannot list them.
pub fn all() -> io::Result<Vec<Interface>> {
    let unready = unready(&std::fs::read_to_string("/proc/thread-self/net/if_inet6").unwrap_or_default());
    let mut found: BTreeMap<u32, Interface> = BTreeMap::new();
    for entry in if_addrs::get_if_addrs()? {
        let Some(index) = entry.index.filter(|index| *index != 0) else { continue };
        let unserved = if entry.is_loopback() {
            Some(Unserved::Loopback)
        } else if matches!(entry.oper_status, IfOperStatus::Down | IfOperStatus::NotPresent | IfOperStatus::LowerLayerDown) {
            Some(Unserved::Down)
        } else if entry.is_p2p {
            Some(Unserved::PointToPoint)
        } else {
            kind::container(&entry.name, Path::new("/sys/class/net"))
        };
        let (address, prefix) = match &entry.addr {
            IfAddr::V4(address) => (IpAddr::V4(address.ip), address.prefixlen),
            IfAddr::V6(address) => (IpAddr::V6(address.ip), address.prefixlen),
        };
        let interface = found.entry(index).or_insert_with(|| Interface {
            link: Link { index, addresses: Vec::new() },
            name: entry.name.clone(),
            unserved,
        });
        if !unready.iter().any(|(ready, of)| IpAddr::V6(*ready) == address && *of == index) {
            interface.link.addresses.push((address, prefix));
        }
    }
    Ok(found.into_values().collect())
}

/// The interfaces that discovery serves: up, not loopback, not of containers, with an address.
///
/// # Errors
/// What the system says when it cannot list them.
pub fn served() -> io::Result<Vec<Interface>> {
    let mut interfaces = all()?;
    interfaces.retain(|interface| interface.unserved.is_none() && !interface.link.addresses.is_empty());
    Ok(interfaces)
}

/// IPv6 addresses that cannot be used yet or never will: still checked for duplicates (`IFA_F_TENTATIVE`), or found to be one (`IFA_F_DADFAILED`).
/// The text is Linux's `if_inet6`: address, index, prefix length, scope and flags in hexadecimal digits, then the name.
fn unready(text: &str) -> Vec<(Ipv6Addr, u32)> {
    const TENTATIVE: u32 = 0x40;
    const DUPLICATE: u32 = 0x08;
    let each = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let address = u128::from_str_radix(words.next()?, 16).ok()?;
        let index = u32::from_str_radix(words.next()?, 16).ok()?;
        let flags = u32::from_str_radix(words.nth(2)?, 16).ok()?;
        (flags & (TENTATIVE | DUPLICATE) != 0).then(|| (Ipv6Addr::from_bits(address), index))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tentative_addresses_are_told_apart() {
        let text = "fe800000000000000000000000000007 02 40 20 c0     eth0\n\
                    fe800000000000000000000000000008 03 40 20 80     eth1\n\
                    fd770000000000000000000000000009 0a 40 00 88     eth9\nbroken\n";
        assert_eq!(unready(text), [("fe80::7".parse().unwrap(), 2), ("fd77::9".parse().unwrap(), 10)]);
    }

    #[test]
    fn loopback_is_listed_and_not_served() {
        let all = all().unwrap();
        assert!(all.iter().any(|interface| interface.unserved == Some(Unserved::Loopback)), "{all:?}");
        assert!(
            served().unwrap().iter().all(|interface| interface.link.addresses.iter().all(|(address, _)| !address.is_loopback()))
        );
    }
}
