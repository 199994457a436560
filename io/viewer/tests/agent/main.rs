//! The heart of the viewer with its real parts on a real disk: what the screen is told, what the server hears, and what a power cut leaves.
#![allow(clippy::unwrap_used, reason = "tests")]

mod commands;
mod house;
mod offline;
mod play;
mod records;
mod revoked;
mod rig;
mod stage;
mod settings;
