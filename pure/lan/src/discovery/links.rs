//! The interfaces that discovery uses, all together.

use core::net::IpAddr;

use super::link::Link;
use super::outbox::{Destination, Family};
use super::responder::Arrival;

/// Interfaces in the system's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Links(pub(crate) Vec<Link>);

impl Links {
    /// The interface with this index, if it is served.
    pub(crate) fn find(&self, index: u32) -> Option<&Link> {
        self.0.iter().find(|link| link.index == index)
    }

    /// Those of these that `others` does not have.
    pub(crate) fn without(&self, others: &Self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|link| link.index).filter(|index| others.find(*index).is_none())
    }

    /// Whether it is an address of one of them.
    pub(crate) fn have(&self, address: IpAddr) -> bool {
        self.0.iter().any(|link| link.addresses.iter().any(|&(own, _)| own == address))
    }

    /// Each group of each interface, with the address to name there.
    pub(crate) fn groups(&self) -> Vec<(Destination, IpAddr)> {
        let families = [(Family::V4, true), (Family::V6, false)];
        let each = self.0.iter().flat_map(|link| families.map(|(family, ipv4)| (link, family, link.first(ipv4))));
        each.filter_map(|(link, family, address)| Some((Destination::Group(link.index, family), address?))).collect()
    }

    /// The groups of the interfaces that have this address in a subnet.
    pub(crate) fn groups_round(&self, address: IpAddr) -> impl Iterator<Item = Destination> {
        let family = if address.is_ipv4() { Family::V4 } else { Family::V6 };
        self.0.iter().filter(move |link| link.reaches(address)).map(move |link| Destination::Group(link.index, family))
    }

    /// The address to name to the asker: of the interface that was asked, else of any that is served.
    pub(crate) fn address_for(&self, arrival: Arrival) -> Option<IpAddr> {
        let asker = arrival.from.ip();
        match self.find(arrival.link) {
            Some(link) => link.address_for(asker),
            None if self.have(arrival.to) => Some(arrival.to),
            None => self.0.iter().find_map(|link| link.first(asker.is_ipv4())),
        }
    }

    /// Whether the asker is on the link, or on this host. What this host sends to itself comes in on the loopback interface.
    pub(crate) fn are_near(&self, arrival: Arrival) -> bool {
        let asker = arrival.from.ip();
        asker.is_loopback() || self.have(asker) || self.find(arrival.link).is_some_and(|link| link.reaches(asker))
    }
}
