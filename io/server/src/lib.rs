//! Placeholder head, replaced below.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod cli;
pub mod config;
pub mod listen;
pub mod metrics;
pub mod tls;
