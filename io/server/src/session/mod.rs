//! Sessions of HTML5 viewers: who they are, what they are told, and how they are (`docs/protocols/viewer-session.md`).

pub mod bodies;
pub mod changes;
pub mod deliveries;
pub mod fonts;
pub mod hub;
pub mod identity;
pub mod live;
pub mod pending;
pub mod plans;
pub mod plays;
pub mod socket;
