//! One bridge, to which hosts are plugged.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::card::Card;
use super::host::Host;
use super::ip;
use super::namespace::Namespace;
use super::relay::Path;

/// Name of the bridge inside its namespace.
pub(super) const BRIDGE: &str = "bridge";

/// A network segment: what one host broadcasts, every other hears. It forwards multicast to all ports, as a plain switch does.
#[derive(Clone, Debug)]
pub struct Segment {
    pub(super) switch: Arc<Switch>,
}

/// The namespace in which the bridge lives.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) namespace: Namespace,
    /// Counts segments from 1.
    pub(super) number: u8,
    ports: AtomicU8,
}

impl Segment {
    pub(super) fn new(number: u8) -> anyhow::Result<Self> {
        let namespace = Namespace::new()?;
        // A bridge that snoops forwards a group only where it has seen a report, and forgets hosts that joined before it looked.
        ip::run(&namespace, &["link", "add", BRIDGE, "type", "bridge", "mcast_snooping", "0", "forward_delay", "0"])?;
        ip::run(&namespace, &["link", "set", BRIDGE, "up"])?;
        Ok(Self { switch: Arc::new(Switch { namespace, number, ports: AtomicU8::new(0) }) })
    }

    /// Adds a host with one card on this segment. The name is only for messages.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn host(&self, name: &str) -> anyhow::Result<Host> {
        Host::new(name, self, None)
    }

    /// Adds a host whose card reaches this segment by a slow path.
    ///
    /// # Errors
    /// If the kernel refuses, or has no TAP devices.
    pub fn host_through(&self, name: &str, path: Path) -> anyhow::Result<Host> {
        Host::new(name, self, Some(path))
    }

    /// The IPv4 address to which every host of the segment listens.
    #[must_use]
    pub fn broadcast(&self) -> Ipv4Addr {
        self.switch.ipv4(255)
    }
}

impl Switch {
    /// The number of the next card, from 1. A segment takes 250 of them.
    pub(super) fn next_port(&self) -> anyhow::Result<u8> {
        let port = self.ports.fetch_add(1, Ordering::Relaxed) + 1;
        anyhow::ensure!(port <= 250, "a segment of the lab has room for 250 cards");
        Ok(port)
    }

    pub(super) fn ipv4(&self, port: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, self.number, port)
    }

    pub(super) fn ipv6(&self, port: u8) -> Ipv6Addr {
        Ipv6Addr::new(0xfd77, u16::from(self.number), 0, 0, 0, 0, 0, u16::from(port))
    }

    /// Plugs a new card, called `name` inside `namespace`.
    pub(super) fn plug(self: &Arc<Self>, namespace: &Arc<Namespace>, name: &str, path: Option<Path>) -> anyhow::Result<Card> {
        Card::new(self, namespace, name, path)
    }
}
