//! The screen with a real browser: what stands on it, and that it comes back whatever happens.
#![allow(clippy::unwrap_used, reason = "tests")]

mod boot;
mod display;
mod film;
mod gate;
mod play;
mod recover;
mod stand;
mod warm;
