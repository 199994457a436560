//! A viewer's end of the control port against a small server with real TLS, a real proxy, and nginx in front.
#![allow(clippy::unwrap_used, reason = "tests")]

mod authority;
mod calls;
mod files;
mod judging;
mod programs;
mod server;
mod service;
mod ways;
mod web;
