//! Sessions of viewers: who they are, what they are told, and how they are. [`socket`] speaks with browsers (`docs/protocols/viewer-session.md`),
//! [`native`] with native viewers (`docs/protocols/control.md` section 4).

pub mod ahead;
pub mod bodies;
pub mod changes;
mod charge;
pub mod deliveries;
pub mod fonts;
pub(crate) mod holding_back;
pub mod hub;
pub mod identity;
pub mod live;
pub mod native;
pub mod origin;
pub mod pending;
pub mod plans;
pub mod plays;
pub(crate) mod screen;
pub mod screenshots;
pub mod socket;
pub mod source;
