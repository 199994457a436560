//! Sockets for the pure machines of `lan` and `control`: datagrams, interfaces and clocks of this host.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod codec;
pub mod control;
pub mod discovery;
pub mod interfaces;
pub mod time;
pub mod wake;

/// Clients and servers of the services on the control port, made from `pure/control/proto`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "made by tonic")]
pub mod grpc {
    include!(concat!(env!("OUT_DIR"), "/signboard.v1.rs"));
}
