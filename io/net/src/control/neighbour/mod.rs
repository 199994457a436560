//! Viewers of one site among themselves (`docs/protocols/control.md`, section 6): TLS in which each end is known by its key alone, and files over it.
//!
//! Which keys count, the server says to each of them; certificates are only what carries the keys, so that neither authorities nor clocks matter here.

mod calling;
mod doorway;
mod pin;

pub use calling::{Called, NeighbourFault};
pub use doorway::Doorway;
pub use pin::Pin;
