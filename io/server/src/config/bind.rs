//! Where the server listens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::section::section;

section! {
    /// Addresses of this machine on which the server listens.
    Bind = "bind";

    /// Every address on which the web and control ports are opened. `0.0.0.0` and `::` mean all
    /// addresses of this machine; `127.0.0.1` keeps the server to this machine.
    address: Vec<IpAddr> = "address", vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
}
