//! The contract of the HTTP API (`docs/protocols/http-api.md`): what requests and answers look like. It does not know how they are made.

pub mod alert;
pub mod device;
pub mod download;
pub mod enrolment;
pub mod envelope;
pub mod event;
pub mod fact;
pub mod network;
pub mod notice;
pub mod notify;
pub mod people;
pub mod presentation;
pub mod schedule;
pub mod server;
pub mod task;
pub mod upload;
pub mod viewer;
