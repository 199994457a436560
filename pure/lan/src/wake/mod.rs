//! Wake-on-LAN: magic packets as bytes, when to send them, and what to make of those that arrive (`docs/protocols/wake.md`).

pub mod frame;
mod hearing;
mod packet;
mod stagger;

pub use hearing::{Counters, Heard, Hearing, Outcome};
pub use packet::{MagicPacket, Password, PasswordError};
pub use stagger::stagger;

/// The ports to which magic packets are sent: *discard* first, which more firewalls let pass, then *echo*.
pub const PORTS: [u16; 2] = [9, 7];

/// A hardware address (IEEE 802, MAC-48) as it stands on the wire.
pub type Mac = [u8; 6];
