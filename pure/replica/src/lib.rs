//! The rules by which servers agree: how a change becomes a log entry, and how entries and states of others are taken in.
//!
//! No clock, no disk, no network: rows come in through a lookup, and go out as values. Read [`commit`](mod@commit) first, then
//! [`apply`](mod@apply) and [`join`](mod@join).
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod apply;
pub mod chain;
pub mod commit;
pub mod digest;
pub mod election;
pub mod encoding;
pub mod incarnation;
pub mod join;
pub mod notice;
pub mod pending;
pub mod reader;
pub mod rebuild;
pub mod session;
mod touched;
pub mod view;

pub use apply::{Applied, ApplyError, apply};
pub use commit::commit;
pub use incarnation::Evidence;
pub use join::{Joined, join_position, join_row};
pub use notice::{Notice, NoticeKind};
pub use rebuild::{Rebuilt, rebuild};
