//! Where Signboard keeps what must not be lost: documents, the log, facts and media files.
//!
//! [`Store::open`] locks a data folder and streams its documents; [`Writer`] is the only way to change them. All SQL of the server
//! stands in [`sql`].
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod actors;
mod batch;
mod clk;
mod codec;
mod db;
mod error;
pub mod facts;
mod fold;
mod folder;
mod lead;
mod lite;
mod load;
mod log_reader;
pub mod media;
mod migrate;
mod options;
mod peer;
mod salvage;
mod secret;
mod sending;
pub mod snapshot;
mod soundness;
pub mod sql;
mod standing;
mod store;
mod sums;
mod value;
mod vote;
pub mod writer;

pub use error::Error;
pub use log_reader::Logged;
pub use migrate::{MIGRATIONS, Migration};
pub use options::{Engine, Options};
pub use peer::{Peer, PeerState};
pub use replica::session::Mark;
pub use salvage::{Identity, SetAside, replace};
pub use secret::Classes;
pub use sending::Sending;
pub use soundness::{damage_met, look_at};
pub use standing::Standing;
pub use store::{Loaded, Store};
pub use sums::Part;
pub use writer::{
    AloneFailed, AppliedBatch, ApplyFailed, Done, Failed, JoinFailed, JoinedState, MAX_BATCH, Merge, Origin, Published,
    RebuiltState, Setup, State, Writer,
};
