//! The control port.

use domain::ports;

use super::section::section;

section! {
    /// The control port, for native viewers, other servers and administration tools.
    Control = "control";

    /// Port for the control protocol. 0 picks a free one.
    port: u16 = "port", ports::CONTROL;
    /// Most connections open at once, tunnels among them; further ones wait. Each viewer has one.
    connections: u32 = "connections", 15_000, within 16..=1_000_000;
    /// How many seconds the other end has for the handshake; three times as many for its first request.
    patience_seconds: u16 = "patience-seconds", 10, within 1..=120;
}
