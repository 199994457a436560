//! What tests of several crates share: stand-ins for the outside world that behave as the real thing does.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod acme;
pub mod history;
pub mod lab;
pub mod postgres;
mod skip;
mod small_disk;
pub mod strace;

pub use skip::skip;
pub use small_disk::SmallDisk;
