//! Files from outside on their way into the library: received, looked at, recorded.

pub mod child;
pub mod film;
pub mod picture;
pub mod record;
pub mod sniff;
pub mod uploads;
