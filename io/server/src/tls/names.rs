//! The names and addresses under which this server is reached.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::config::{Config, HostName, IpRange};

/// Interfaces of containers and virtual machines: addresses come and go there, and no screen is behind them.
const INNER_INTERFACES: &[&str] = &["br-", "cali", "cni", "docker", "flannel", "podman", "veth", "virbr", "vnet"];

/// What the server's certificate must be good for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerNames {
    /// Names in the DNS, `localhost` among them.
    pub names: BTreeSet<HostName>,
    /// Addresses, loopback among them.
    pub addresses: BTreeSet<IpAddr>,
    /// Networks from which these addresses are; within them an address may change.
    pub networks: BTreeSet<IpRange>,
}

impl ServerNames {
    /// The host name, the configured names, and the addresses of the interfaces on which the server listens.
    #[must_use]
    pub fn of_machine(config: &Config) -> Self {
        let mut found = Self::default();
        found.names.extend(HostName::parse("localhost"));
        if let Some(host) = rustix::system::uname().nodename().to_str().ok().and_then(HostName::parse) {
            if !host.as_str().contains('.') {
                // RFC 6762, section 3: how the host is called where multicast DNS is spoken.
                found.names.extend(HostName::parse(&format!("{host}.local")));
            }
            found.names.insert(host);
        }
        found.names.extend(config.web.names.iter().cloned());
        found.add(IpAddr::V4(Ipv4Addr::LOCALHOST), 8);
        found.add(IpAddr::V6(Ipv6Addr::LOCALHOST), 128);
        for address in &config.bind.address {
            if address.is_unspecified() {
                found.add_interfaces(address.is_ipv4());
            } else {
                found.add(*address, if address.is_ipv4() { 32 } else { 128 });
            }
        }
        found
    }

    fn add_interfaces(&mut self, v4: bool) {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
            tracing::warn!(%error, "the addresses of this machine could not be listed");
            Vec::new()
        });
        for interface in interfaces {
            let inner = INNER_INTERFACES.iter().any(|prefix| interface.name.starts_with(prefix));
            let (address, prefix) = match &interface.addr {
                if_addrs::IfAddr::V4(it) => (IpAddr::V4(it.ip), it.prefixlen),
                if_addrs::IfAddr::V6(it) => (IpAddr::V6(it.ip), it.prefixlen),
            };
            if !inner && address.is_ipv4() == v4 && !address.is_loopback() && !is_link_local(address) {
                self.add(address, prefix);
            }
        }
    }

    /// Of a public network only the address itself is this server's.
    fn add(&mut self, address: IpAddr, prefix: u8) {
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let prefix = if is_private(address) { prefix } else { whole };
        self.addresses.insert(address);
        self.networks.extend(IpRange::network(address, prefix));
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_loopback(),
    }
}

/// No browser reaches such an address: it is only good together with an interface.
fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
