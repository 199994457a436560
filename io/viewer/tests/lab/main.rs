//! The real server and the real viewer with a real browser, each on a host of its own: what people trust a screen to do.
#![allow(clippy::unwrap_used, reason = "tests")]

mod board;
mod browser;
mod choice;
mod clock;
mod computer;
mod copied;
mod cover;
mod cupboard;
mod desk;
mod display;
mod failover;
mod film;
mod fortnight;
mod house;
mod kiosk;
mod life;
mod loudspeaker;
mod moved;
mod neighbours;
mod outputs;
mod proxy;
mod reach;
mod sound;
mod time;
mod town;
mod troubled;
mod versions;
mod wake;
