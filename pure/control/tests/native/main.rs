//! A native viewer's session as a machine: its rules, its bytes, and versions that are one apart.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read their vectors from disk")]

mod bytes;
mod replication;
mod rules;
mod skew;
