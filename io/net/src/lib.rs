//! Sockets for the pure machines of `lan` and `control`: datagrams, interfaces and clocks of this host.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod discovery;
pub mod interfaces;
pub mod time;
pub mod wake;
