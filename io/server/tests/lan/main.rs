//! Each row of the table of ports twice: on its default number with a program that others wrote, and with exactly that row dropped. The
//! server and its commands run as people start them, each on a host of its own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod activation;
#[allow(dead_code, reason = "shared with the tests of the API")]
#[path = "../http/answer.rs"]
mod answer;
mod called;
#[allow(dead_code, reason = "shared with the tests of the API")]
#[path = "../http/caller.rs"]
mod caller;
mod canaries;
mod control;
mod counted;
mod desk;
mod diagnosed;
mod discovery;
mod explorer;
mod firewall;
mod moved;
mod nemesis;
mod running;
#[allow(dead_code, reason = "shared with the tests of the API")]
#[path = "../http/screen.rs"]
mod screen;
/// What the files that are shared with the tests of the API expect.
mod server {
    pub(crate) use crate::servers::PASSWORD;
}
mod servers;
mod servers_files;
mod servers_media;
mod servers_reach;
mod servers_read_only;
mod servers_records;
mod servers_retired;
mod servers_roles;
mod servers_silent;
mod servers_voting;
mod taken;
mod time;
mod unused;
mod upstream;
mod viewer_rules;
mod wake;
mod web;
mod woken;
