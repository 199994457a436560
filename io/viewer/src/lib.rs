//! The native viewer: finds its server, keeps its own copy of everything, decides what plays, and supervises the kiosk browser
//! that draws it.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod cache;
pub mod clock;
pub mod config;
pub mod disk;
pub mod host;
pub mod identity;
pub mod journal;
pub mod memory;
pub mod planning;
pub mod screen;
