//! WS-Discovery 1.1 and the draft of April 2005, with the DPWS metadata of a device (`docs/protocols/discovery.md`).
//!
//! [`Responder`] is the server's side, [`Search`] the client's. Both take bytes and times and hand out [`Transmit`]s.

mod card;
mod choice;
pub mod device;
mod element;
mod found;
mod link;
mod links;
mod message;
mod outbox;
mod rate;
mod refusal;
mod responder;
mod scope;
mod search;
mod seen;
pub mod srv;
mod version;
mod writer;

pub use card::{Card, Role};
pub use choice::Draw;
pub use element::MAX_BYTES;
pub use found::Found;
pub use link::Link;
pub use message::{Body, Message, Probe, Sequence, Target, read};
pub use outbox::{Destination, Family, Outbox, Transmit};
pub use refusal::{Counters, Refusal};
pub use responder::{Arrival, Responder};
pub use scope::Rule;
pub use search::{Search, Seek};
pub use version::{QName, SIGNBOARD, SOAP, Version};
pub use writer::{urn, write};

/// The port of WS-Discovery (section 2.4).
pub const PORT: u16 = 3702;

/// Reads arbitrary bytes with every reader of this module: what a fuzz target calls. Whatever can be read is written and read again.
pub fn digest(bytes: &[u8]) {
    if let Ok(message) = read(bytes) {
        let again = write(&message);
        if again.len() <= MAX_BYTES {
            let back = read(&again).expect("what was written can be read");
            assert_eq!(back, message, "writing and reading gives the same message");
        }
    }
    device::digest(bytes);
    srv::digest(bytes);
}

#[cfg(test)]
mod tests;
