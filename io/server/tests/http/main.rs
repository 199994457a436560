//! The HTTP API on a whole server in process: what people, programs and viewers get, and what strangers do not.
#![allow(clippy::unwrap_used, reason = "tests")]

mod alerts;
mod answer;
mod caller;
mod cards;
mod changes;
mod clearing;
mod crash;
mod desk;
mod devices;
mod downloads;
mod drafts;
mod events;
mod films;
mod full_disk;
mod groups;
mod health;
mod nouns;
mod paging;
mod pictures;
mod playlists;
mod plays;
mod roles;
mod samples;
mod schedules;
mod screen;
mod secrets;
mod server;
mod setup;
mod signin;
mod tasks;
mod timetable;
mod tokens;
mod trash;
mod tus;
mod uploads;
