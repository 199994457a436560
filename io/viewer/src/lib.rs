//! The native viewer: finds its server, keeps its own copy of everything, decides what plays, and supervises the kiosk browser
//! that draws it.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod screen;
