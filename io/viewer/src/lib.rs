//! The native viewer: finds its server, keeps its own copy of everything, decides what plays, and supervises the kiosk browser
//! that draws it.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod agent;
pub mod album;
pub mod app;
pub mod cache;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod disk;
pub mod download;
pub mod host;
pub mod identity;
pub mod journal;
pub mod link;
pub mod log;
pub mod memory;
pub mod neighbours;
pub mod planning;
pub mod screen;
pub mod stage;
