//! The kiosk browser and its supervisor.

mod arguments;
mod cdp;
mod find;
#[cfg(test)]
mod look_test;
mod pace;
mod page;
mod process;
mod profile;
mod supervisor;
mod tree;
mod watch;

pub(super) use page::Page;
pub(super) use supervisor::{Supervisor, Wish};
