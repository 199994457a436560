//! The heart of the viewer with its real parts on a real disk: what the screen is told, what the server hears, and what a power cut leaves.
#![allow(clippy::unwrap_used, reason = "tests")]

mod authority;
mod commands;
mod disk;
mod house;
mod link;
mod offline;
mod package;
mod play;
mod port;
mod records;
mod revoked;
mod rig;
mod settings;
mod sharing;
mod stage;
