//! Civil time and zones: what the clock on the wall shows, and which instant that is.
//!
//! Instants are Unix milliseconds (`i64`) throughout the domain. Leap seconds do not count, as in POSIX time.

mod wall;
mod zone;

pub use wall::{DAY_MS, Wall};
pub use zone::Zone;
