//! Tells the host's own connections from those of its containers and virtual machines.

use std::path::Path;

use thiserror::Error;

/// Names that container and virtual-machine software gives to its bridges and their ports. By name too, since what is behind
/// an interface is not visible on every system and from inside every namespace.
const NAMES: [&str; 15] = [
    "docker", "virbr", "vnet", "cni", "cbr", "flannel", "cali", "cilium", "lxcbr", "lxdbr", "podman", "kube-", "vmnet",
    "vboxnet", "lxc_",
];

/// Why discovery does not serve an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Error)]
#[non_exhaustive]
pub enum Unserved {
    /// Nobody else is there.
    #[error("it is the loopback interface")]
    Loopback,
    /// Not up, or without a carrier.
    #[error("it is down or has no carrier")]
    Down,
    /// A tunnel, which carries no multicast.
    #[error("it is a point-to-point connection, which carries no multicast")]
    PointToPoint,
    /// A bridge without a network card in it, or one with a name that container software gives.
    #[error("it leads to containers or virtual machines of this host")]
    Container,
    /// A port of a bridge: the bridge has the addresses.
    #[error("it is a port of a bridge")]
    BridgePort,
}

/// Whether an interface belongs to containers or virtual machines. `devices` is Linux's `/sys/class/net`; what is missing there is taken for an ordinary card.
pub(super) fn container(name: &str, devices: &Path) -> Option<Unserved> {
    let docker_network =
        name.strip_prefix("br-").is_some_and(|rest| rest.len() == 12 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if docker_network || NAMES.iter().any(|prefix| name.starts_with(prefix)) {
        return Some(Unserved::Container);
    }
    let device = devices.join(name);
    if device.join("brport").exists() {
        return Some(Unserved::BridgePort);
    }
    if !device.join("bridge").exists() {
        return None;
    }
    let ports = std::fs::read_dir(device.join("brif")).into_iter().flatten().flatten();
    let mut cards = ports.filter(|port| devices.join(port.file_name()).join("device").exists());
    if cards.next().is_some() { None } else { Some(Unserved::Container) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_bridges_and_ports_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let make = |path: &str| std::fs::create_dir_all(folder.path().join(path)).unwrap();
        let devices = [
            "eth0/device",
            "veth1",
            "br0/bridge",
            "br0/brif/eth1",
            "eth1/device",
            "eth1/brport",
            "sw0/bridge",
            "sw0/brif/veth2",
            "veth2/brport",
        ];
        devices.into_iter().for_each(make);
        let told = |name: &str| container(name, folder.path());
        assert_eq!(told("eth0"), None);
        assert_eq!(told("veth1"), None, "inside a container it is the only card");
        assert_eq!(told("elsewhere"), None);
        assert_eq!(told("br0"), None, "the bridge of a host of virtual machines, with a card in it");
        assert_eq!(told("eth1"), Some(Unserved::BridgePort));
        assert_eq!(told("sw0"), Some(Unserved::Container));
        assert_eq!(told("veth2"), Some(Unserved::BridgePort));
        for name in ["docker0", "docker_gwbridge", "br-0123456789ab", "virbr0", "vnet3", "cni0", "cali12ab", "lxdbr0"] {
            assert_eq!(told(name), Some(Unserved::Container), "{name}");
        }
        for name in ["br-lan", "enp3s0", "wlan0", "bond0", "eth0.12"] {
            assert_eq!(told(name), None, "{name}");
        }
    }
}
