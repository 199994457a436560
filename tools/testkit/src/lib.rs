//! What tests of several crates share: stand-ins for the outside world that behave as the real thing does.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod acme;
pub mod lab;
pub mod postgres;
pub mod strace;
