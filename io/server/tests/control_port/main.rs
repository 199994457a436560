//! The control port of a whole server in process: who gets in and who does not, enrolment, tunnels.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../http/answer.rs"]
#[allow(dead_code, reason = "shared with the tests of the HTTP API")]
mod answer;
#[path = "../http/caller.rs"]
#[allow(dead_code, reason = "shared with the tests of the HTTP API")]
mod caller;
#[path = "../http/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the HTTP API")]
mod server;

mod cards;
mod certificates;
mod counts;
mod crowding;
mod device;
mod enrolling;
mod garbage;
mod nginx;
mod protocols;
mod renewing;
mod revoking;
mod settings;
mod shared_key;
mod tunnels;
mod unattended;
