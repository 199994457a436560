//! The session of two servers as bytes: frames of `replica::session` to messages of [`crate::v1`] and back, and the one-time token
//! (`docs/protocols/replication.md`, section "On the wire").

mod entries;
mod frame;
mod histories;
mod reason;
mod token;
pub mod word;

pub use frame::{read, write};
pub use histories::{ends as write_ends, read_ends};
pub use token::{Token, TokenError};

/// The longest message of a session, in bytes: a frame of entries with the longest entry, and room.
pub const MAX_FRAME: usize = 8 << 20;

/// A message is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message of the session is not understood: {0}")]
pub struct Garbled(pub &'static str);
