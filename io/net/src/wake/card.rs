//! The network cards of this machine, as far as waking is concerned.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;

use lan::wake::Mac;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::LinkAddr;

/// One interface that is up and has a carrier.
#[derive(Clone, Debug, Default)]
pub(super) struct Card {
    /// Its hardware address and number, for frames.
    pub(super) link: Option<LinkAddr>,
    /// Each IPv4 address with the broadcast address of its network.
    pub(super) networks: Vec<(Ipv4Addr, Ipv4Addr)>,
    /// Its number, where it has an IPv6 address.
    pub(super) ipv6: Option<u32>,
}

/// The interfaces by name, without loopback.
///
/// # Errors
/// If the system does not say.
pub(super) fn cards() -> io::Result<BTreeMap<String, Card>> {
    let mut cards: BTreeMap<String, Card> = BTreeMap::new();
    let needed = InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING;
    for entry in getifaddrs()? {
        if entry.flags.contains(needed) && !entry.flags.contains(InterfaceFlags::IFF_LOOPBACK) {
            cards.entry(entry.interface_name.clone()).or_default().take(&entry);
        }
    }
    Ok(cards)
}

/// A network card of this machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnCard {
    /// The interface, such as `eth0`.
    pub interface: String,
    /// Its hardware address.
    pub mac: Mac,
}

/// This machine's cards, up or not, in the order of their names.
///
/// # Errors
/// If the system does not say.
pub fn own_cards() -> io::Result<Vec<OwnCard>> {
    let link = |entry: InterfaceAddress| {
        let mac = entry.address?.as_link_addr()?.addr().filter(|mac| *mac != [0; 6])?;
        Some(OwnCard { interface: entry.interface_name, mac })
    };
    let mut cards: Vec<OwnCard> = getifaddrs()?.filter_map(link).collect();
    cards.sort_unstable();
    cards.dedup();
    Ok(cards)
}

/// The hardware addresses of this machine's cards, up or not.
///
/// # Errors
/// If the system does not say.
pub fn own_macs() -> io::Result<Vec<Mac>> {
    let mut macs: Vec<Mac> = own_cards()?.into_iter().map(|card| card.mac).collect();
    macs.sort_unstable();
    macs.dedup();
    Ok(macs)
}

impl Card {
    fn take(&mut self, entry: &InterfaceAddress) {
        let Some(address) = &entry.address else { return };
        if let Some(link) = address.as_link_addr() {
            self.link = Some(*link).filter(|link| link.halen() == 6);
        } else if let Some(address) = address.as_sockaddr_in() {
            let mask = entry.netmask.as_ref().and_then(|mask| mask.as_sockaddr_in()).map(|mask| mask.ip());
            let broadcast = mask.and_then(|mask| broadcast(address.ip(), mask));
            if let Some(broadcast) = broadcast.filter(|_| entry.flags.contains(InterfaceFlags::IFF_BROADCAST)) {
                self.networks.push((address.ip(), broadcast));
            }
        } else if let Some(address) = address.as_sockaddr_in6()
            && address.ip().is_unicast_link_local()
        {
            self.ipv6 = Some(address.scope_id());
        }
    }
}

/// The directed broadcast address of a network (RFC 919); none where it has no room for one (RFC 3021).
fn broadcast(address: Ipv4Addr, mask: Ipv4Addr) -> Option<Ipv4Addr> {
    let mask = mask.to_bits();
    (mask.leading_ones() < 31).then(|| Ipv4Addr::from_bits(address.to_bits() | !mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_broadcast_address_ends_the_network() {
        for (address, mask, expected) in [
            ([10, 1, 2, 3], [255, 255, 255, 0], Some([10, 1, 2, 255])),
            ([10, 1, 2, 3], [255, 255, 240, 0], Some([10, 1, 15, 255])),
            ([10, 1, 2, 3], [255, 255, 255, 252], Some([10, 1, 2, 3])),
            ([10, 1, 2, 3], [255, 255, 255, 254], None),
            ([10, 1, 2, 3], [255, 255, 255, 255], None),
        ] {
            assert_eq!(broadcast(address.into(), mask.into()), expected.map(Ipv4Addr::from), "{address:?} {mask:?}");
        }
    }
}
