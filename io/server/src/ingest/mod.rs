//! Files from outside on their way into the library: received, looked at, recorded.

pub mod child;
pub mod film;
pub mod jpeg;
pub mod picture;
pub mod record;
pub mod sniff;
pub mod uploads;
