//! The control port.

use domain::ports;

use super::section::section;

section! {
    /// The control port, for native viewers, other servers and administration tools.
    Control = "control";

    /// Port for the control protocol. 0 picks a free one.
    port: u16 = "port", ports::CONTROL;
}
