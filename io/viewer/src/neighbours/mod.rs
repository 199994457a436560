//! Viewers of the same site: files from them instead of from the server, and for them (`docs/protocols/control.md`, section 6).
//!
//! Who they are is what the server said in the session that is open; outside of one nobody is asked and nobody is let in. Nothing that comes from them is
//! believed: each MiB is held against the hash of its file.

mod circle;
mod fetching;
mod giving;
mod offer;
mod sums;
#[cfg(test)]
mod tests;

pub use circle::{Circle, Met};
pub use fetching::{Source, fetch};
pub use offer::Offer;
pub use sums::Sums;
