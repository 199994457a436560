//! The doctor: tries everything for real and says what to do.
//!
//! [`here`] looks at this machine, [`there`] at a server from the other side.

mod clock;
mod database;
mod disk;
mod here;
mod multicast;
mod outward;
mod there;
mod upstream;

pub use here::here;
pub use there::there;
