//! The nouns and decisions of digital signage.
//!
//! `domain` does not know that a network, a clock or a disk exists: everything comes in as values, and goes out as values.
//! Read on: [`document`] says what a document is, [`schedule`] and [`content`] what is scheduled, [`timetable`] what plays.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod alert;
pub mod authority;
pub mod body;
pub mod card;
pub mod cell;
pub mod civil;
pub mod commit;
pub mod content;
pub mod document;
pub mod download;
pub mod enrolment;
pub mod firewall;
pub mod folder;
pub mod group;
pub mod groups;
pub mod id;
pub mod installation;
pub mod intent;
pub mod lead;
pub mod line_limit;
pub mod log;
pub mod media;
pub mod nearest;
pub mod notify;
pub mod noun;
pub mod order;
pub mod permission;
pub mod playlist;
pub mod ports;
pub mod presentation;
pub mod priority;
pub mod recurrence;
pub mod refusal;
pub mod rows;
pub mod schedule;
#[cfg(feature = "schema")]
mod schema;
pub mod server;
pub mod stamp;
pub mod state;
pub mod table;
pub mod task;
pub mod timetable;
pub mod user;
pub mod version;
pub mod viewer;
pub mod viewer_settings;
pub mod voters;
