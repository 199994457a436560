//! Sessions of native viewers with a whole server in process, over the real client's end of the control port.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../http/answer.rs"]
#[allow(dead_code, reason = "shared with the tests of the HTTP API")]
mod answer;
#[path = "../http/caller.rs"]
#[allow(dead_code, reason = "shared with the tests of the HTTP API")]
mod caller;
#[path = "../control_port/device.rs"]
#[allow(dead_code, reason = "shared with the tests of the control port")]
mod device;
#[path = "../http/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the HTTP API")]
mod server;

mod arriving;
mod desk;
mod endings;
mod following;
mod neighbours;
mod orders;
mod python;
mod reporting;
mod returning;
mod screen;
mod settings;
mod slow;
mod tasks;
