//! The timetable against golden cases, laws and the questions of editors.
#![allow(clippy::unwrap_used, reason = "tests")]

mod arbitrary;
mod build;
mod golden;
mod laws;
mod oracle;
mod positions;
mod rrule_peer;
mod sentences;
mod zones;
