//! Being found in the network.

use domain::ports;

use super::section::section;

section! {
    /// Being found in the network by WS-Discovery.
    Discovery = "discovery";

    /// Answers searches for a server. This version has no discovery service yet: leave it false.
    enabled: bool = "enabled", false;
    /// UDP port of WS-Discovery.
    port: u16 = "port", ports::DISCOVERY;
}
