//! Files from outside on their way into the library: received, looked at, recorded.

pub mod checksum;
pub mod child;
pub mod film;
pub mod jpeg;
pub mod note;
pub mod picture;
pub mod receiving;
pub mod record;
pub mod sniff;
pub mod uploads;
