//! What the tests in labs need: the networks themselves, and the programs of others that we are compared with.

use super::{Service, Tool, in_sbin};
use crate::process;

/// Builds the networks; without it there is no lab at all.
pub(crate) const NETWORKS: Tool = Tool {
    name: "nftables with iproute2",
    purpose: "builds the networks of the lab tests",
    packages: &["nftables", "iproute2"],
    // Debian leaves the unit of nftables off, and whoever turned it on wants it.
    service: None,
    find: || in_sbin("ip").and(in_sbin("nft")),
};

const WAKERS: Tool = Tool {
    name: "wakeonlan and etherwake",
    purpose: "send the magic packets that ours are compared with",
    packages: &["wakeonlan", "etherwake"],
    service: None,
    find: || process::find("wakeonlan").and(in_sbin("etherwake")),
};

/// The other end of time, and the peer of its figures.
pub(crate) const CHRONY: Tool = Tool {
    name: "chrony",
    purpose: "is client and source of time in the lab tests",
    packages: &["chrony"],
    service: Some(Service { unit: "chrony", process: "chronyd" }),
    find: || in_sbin("chronyd").and(process::find("chronyc")),
};

const NTPDIG: Tool = Tool {
    name: "ntpdig",
    purpose: "asks for the time in the lab tests",
    packages: &["ntpsec-ntpdig"],
    service: None,
    find: || process::find("ntpdig"),
};

const WSDD: Tool = Tool {
    name: "wsdd",
    purpose: "finds the server, and is found, in the lab tests",
    packages: &["wsdd"],
    service: Some(Service { unit: "wsdd", process: "wsdd" }),
    find: || in_sbin("wsdd"),
};

const DBUS: Tool = Tool {
    name: "dbus-daemon",
    purpose: "is the message bus of Avahi in the lab tests",
    packages: &["dbus"],
    service: Some(Service { unit: "dbus", process: "dbus-daemon" }),
    find: || process::find("dbus-daemon"),
};

const AVAHI: Tool = Tool {
    name: "Avahi",
    purpose: "listens to multicast DNS in the lab tests",
    packages: &["avahi-daemon"],
    service: Some(Service { unit: "avahi-daemon", process: "avahi-daemon" }),
    find: || in_sbin("avahi-daemon"),
};

const AVAHI_BROWSE: Tool = Tool {
    name: "avahi-browse",
    purpose: "lists what multicast DNS announces in the lab tests",
    packages: &["avahi-utils"],
    service: None,
    find: || process::find("avahi-browse"),
};

// Only the program: the package `dnsmasq` would bring a service.
const DNSMASQ: Tool = Tool {
    name: "dnsmasq",
    purpose: "answers questions for names in the lab tests",
    packages: &["dnsmasq-base"],
    service: None,
    find: || in_sbin("dnsmasq"),
};

const IPTABLES: Tool = Tool {
    name: "iptables",
    purpose: "loads the rules that `signboard firewall` prints for it",
    packages: &["iptables"],
    service: None,
    find: || in_sbin("iptables").and(in_sbin("ip6tables")),
};

const UFW: Tool = Tool {
    name: "ufw",
    purpose: "reads the rules that `signboard firewall` prints for it",
    packages: &["ufw"],
    // Debian leaves it off, and whoever turned it on wants it.
    service: None,
    find: || in_sbin("ufw"),
};

const FIREWALLD: Tool = Tool {
    name: "firewalld",
    purpose: "reads the rules that `signboard firewall` prints for it",
    packages: &["firewalld"],
    service: Some(Service { unit: "firewalld", process: "firewalld" }),
    find: || process::find("firewall-offline-cmd"),
};

const OPENSSL: Tool = Tool {
    name: "openssl",
    purpose: "looks at the server's certificate in the lab tests",
    packages: &["openssl"],
    service: None,
    find: || process::find("openssl"),
};

// Only the program: the package `tinyproxy` would bring a service.
const TINYPROXY: Tool = Tool {
    name: "tinyproxy",
    purpose: "is the proxy that a viewer's session passes in the tests",
    packages: &["tinyproxy-bin"],
    service: None,
    find: || process::find("tinyproxy").or_else(|| in_sbin("tinyproxy")),
};

/// Stands between a program and its clock.
const FAKETIME: Tool = Tool {
    name: "faketime",
    purpose: "sets the clocks of servers and screens in the lab tests",
    packages: &["faketime"],
    service: None,
    find: || process::find("faketime"),
};

const CURL: Tool = Tool {
    name: "curl",
    purpose: "calls the server in the lab tests",
    packages: &["curl"],
    service: None,
    find: || process::find("curl"),
};

const ETHTOOL: Tool = Tool {
    name: "ethtool",
    purpose: "reads and sets what our messages to network cards set and read in the lab tests",
    packages: &["ethtool"],
    service: None,
    find: || in_sbin("ethtool"),
};

const HWCLOCK: Tool = Tool {
    name: "hwclock",
    purpose: "puts the clock of the emulated computer on in the lab tests",
    packages: &["util-linux-extra"],
    service: None,
    find: || in_sbin("hwclock"),
};

const WESTON: Tool = Tool {
    name: "weston",
    purpose: "is the Wayland compositor that the viewer's tests play on",
    packages: &["weston"],
    service: None,
    find: || process::find("weston"),
};

const X11: Tool = Tool {
    name: "xwininfo, xset and xrandr",
    purpose: "look at and set the screens that the viewer's tests play on",
    packages: &["x11-utils", "x11-xserver-utils"],
    service: None,
    find: || process::find("xwininfo").and(process::find("xset")).and(process::find("xrandr")),
};

const PULSE: Tool = Tool {
    name: "PulseAudio",
    purpose: "is the loudspeaker of a screen in the lab tests",
    packages: &["pulseaudio"],
    // It starts with a person's session, which a test machine has not.
    service: None,
    find: || process::find("pulseaudio"),
};

/// All of them. dbus stands before Avahi, which would bring it along without its name in the list of services.
pub(crate) const ALL: [&Tool; 23] = [
    &NETWORKS,
    &WAKERS,
    &ETHTOOL,
    &HWCLOCK,
    &CHRONY,
    &NTPDIG,
    &WSDD,
    &DBUS,
    &AVAHI,
    &AVAHI_BROWSE,
    &DNSMASQ,
    &IPTABLES,
    &UFW,
    &FIREWALLD,
    &OPENSSL,
    &TINYPROXY,
    &CURL,
    &FAKETIME,
    &WESTON,
    &PULSE,
    &X11,
    &super::NGINX,
    &super::XVFB,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_stands_once_and_alone_where_it_brings_a_service() {
        let mut packages: Vec<&str> = ALL.iter().flat_map(|tool| tool.packages).copied().collect();
        let count = packages.len();
        packages.sort_unstable();
        packages.dedup();
        assert_eq!(packages.len(), count);
        // What somebody uses already must not be disabled because a neighbour was missing.
        for tool in ALL.iter().filter(|tool| tool.service.is_some()) {
            assert_eq!(tool.packages.len(), 1, "{}", tool.name);
        }
    }
}
