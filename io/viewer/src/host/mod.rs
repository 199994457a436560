//! What this machine says of itself.

mod load;
mod temperature;

use std::net::IpAddr;

use control::v1;

pub use load::{Memory, memory, uptime};
pub use temperature::hottest;

/// The version of this program.
pub const VERSION: &str =
    if cfg!(feature = "next") { concat!(env!("CARGO_PKG_VERSION"), "-next") } else { env!("CARGO_PKG_VERSION") };

/// The computer's name.
#[must_use]
pub fn name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The network addresses that others can reach, IPv4 first; addresses of a link alone only where there are no others.
#[must_use]
pub fn addresses() -> Vec<String> {
    let all = net::interfaces::served().unwrap_or_default();
    let mut found: Vec<IpAddr> =
        all.iter().flat_map(|interface| &interface.link.addresses).map(|(address, _)| *address).collect();
    let of_link = |address: &IpAddr| matches!(address, IpAddr::V6(address) if address.is_unicast_link_local());
    if found.iter().any(|address| !of_link(address)) {
        found.retain(|address| !of_link(address));
    }
    found.sort_by_key(|address| (address.is_ipv6(), *address));
    found.dedup();
    found.iter().map(ToString::to_string).collect()
}

/// The hardware addresses of the network cards.
#[must_use]
pub fn macs() -> Vec<String> {
    let macs = net::wake::own_macs().unwrap_or_default();
    macs.iter().map(written).collect()
}

/// A hardware address as people write it.
#[must_use]
pub fn written(mac: &[u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

/// The operating system, as in `PRETTY_NAME` of os-release(5).
#[must_use]
pub fn system() -> String {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    line.map_or_else(|| "Linux".to_owned(), |name| name.trim_matches('"').to_owned())
}

/// The machine with the output that is used, and its size in pixels; 0 by 0 = unknown.
#[must_use]
pub fn machine(output: &str, size: (u32, u32)) -> v1::Machine {
    v1::Machine {
        hostname: name(),
        serial: crate::identity::serial(),
        macs: macs(),
        addresses: addresses(),
        version: VERSION.to_owned(),
        system: system(),
        output: output.to_owned(),
        screen: Some(v1::Screen { width: size.0, height: size.1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_a_name_and_a_system() {
        let machine = machine("HDMI-1", (1920, 1080));
        assert!(!machine.hostname.is_empty() && !machine.system.is_empty());
        assert_eq!(machine.version, VERSION);
    }
}
