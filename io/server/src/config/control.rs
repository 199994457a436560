//! The control port.

use domain::ports;

use super::section::section;

section! {
    /// The control port, for native viewers, other servers and administration tools.
    Control = "control";

    /// Port for the control protocol. 0 picks a free one.
    port: u16 = "port", ports::CONTROL;
    /// Most connections of viewers and other servers at once, tunnels among them; further ones are refused and come again. Each viewer has one. Those
    /// without a certificate have 2,000 places of their own, and 1,024 those that have not shown yet who they are.
    connections: u32 = "connections", 15_000, within 16..=1_000_000;
    /// How many seconds the other end has for the handshake; three times as many for its first request.
    patience_seconds: u16 = "patience-seconds", 10, within 1..=120;
    /// For how many seconds a viewer that comes from another server keeps its plan while this one lacks changes that it has seen. Afterwards it gets
    /// what is here, with a warning.
    older_plans_after_seconds: u32 = "older-plans-after-seconds", 600, within 0..=86_400;
    /// A browser that another server serves returns to its own one when that has been well for so many seconds. Native viewers have a setting of their own.
    return_after_seconds: u32 = "return-after-seconds", 300, within 0..=86_400;
    /// Over so many seconds the returns of many browsers are spread.
    return_within_seconds: u32 = "return-within-seconds", 600, within 1..=86_400;
}
