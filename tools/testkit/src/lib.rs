//! What tests of several crates share: stand-ins for the outside world that behave as the real thing does.

pub mod acme;
pub mod postgres;
pub mod strace;
