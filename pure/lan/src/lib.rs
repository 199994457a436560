//! The small protocols of a local network as byte machines: WS-Discovery, NTP and Wake-on-LAN.
//!
//! Bytes, times and random numbers come in as arguments; bytes to send, and when to be called again, go out. No sockets, no clock,
//! no randomness: `io/net` drives these machines.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod discovery;
pub mod ntp;
pub mod wake;
