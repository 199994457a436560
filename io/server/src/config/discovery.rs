//! Being found in the network.

use domain::ports;

use super::section::section;

section! {
    /// Being found in the network: WS-Discovery, and mDNS beside it.
    Discovery = "discovery";

    /// Answers searches for a server. A server that only answers on this machine itself is not announced either way.
    enabled: bool = "enabled", true;
    /// UDP port of WS-Discovery. Standard clients search on 3702 only.
    port: u16 = "port", ports::DISCOVERY;
    /// Announces the server by mDNS/DNS-SD too, as _signboard._tcp and _http._tcp.
    mdns: bool = "mdns", true;
    /// Name of the site in which this server stands, such as `Pier 3`; a search can ask for it. Empty: none.
    site: String = "site", String::new();
}
