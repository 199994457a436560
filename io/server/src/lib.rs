//! The Signboard server: a library, and the binary `signboard`.
//!
//! [`app`] joins the services, [`serve`] starts and stops them; [`core`] is the heart: state in memory and the one way to change it.
//! [`http`] answers people and programs, [`control_port`] native viewers, [`session`] speaks with viewers, [`ingest`] takes files in.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod alerts;
pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod control_port;
pub mod core;
pub mod demo;
pub mod distribution;
pub mod files;
pub mod fleet;
pub mod http;
pub mod ingest;
pub mod lan;
pub mod listen;
pub mod metrics;
pub mod mirror;
#[cfg(feature = "next")]
mod mutant;
pub mod neighbours;
pub mod network;
pub mod notify;
pub mod now;
pub mod readers;
pub mod replication;
pub mod serve;
pub mod session;
pub mod tasks;
pub mod tls;
