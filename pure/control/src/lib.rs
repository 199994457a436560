//! What viewers and servers say to each other, and the rules of the conversation, without sockets.
//!
//! [`message`] holds the messages of the HTML5 viewer's session as in `docs/protocols/viewer-session.md`, [`plan`] the plan that it plays,
//! and [`session`] the server's side as a machine: messages and time in, messages and events out. Native viewers speak the messages of
//! [`v1`] (`docs/protocols/control.md`): [`native`] is the server's side of their session, [`mod@slice`] what they make their plan from.
//! [`replication`] has what servers say to each other.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod census;
pub mod code;
pub mod hearing;
pub mod message;
pub mod native;
#[cfg(feature = "next")]
pub mod next;
pub mod order;
pub mod plan;
pub mod planner;
pub mod play;
pub mod position;
pub mod replication;
pub mod session;
pub mod slice;

/// Messages of the control port, version 1, made from `proto/signboard/v1` (`docs/protocols/control.md`).
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "made by prost")]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/signboard.v1.rs"));

    /// All messages and services as an encoded `google.protobuf.FileDescriptorSet`, for reflection.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/signboard.v1.bin"));
}
