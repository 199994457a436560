//! The platform of the server, in process and on free ports: configuration, ports, certificates, files, local socket.
#![allow(clippy::unwrap_used, reason = "tests")]

mod acme;
mod bind;
mod commands;
mod conditions;
mod configuration;
mod data;
mod file_limit;
mod listener;
mod local_socket;
mod media;
mod metrics;
mod range;
mod sample;
mod service;
mod site;
mod tls_files;
mod tls_own;
mod web_assets;
