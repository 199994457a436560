//! What is shown of documents that no server alone would have let come about: equal names, references to what is gone.
//!
//! Each server checks both when a person writes. Changes that were made while servers could not hear each other can break them
//! nevertheless; then these rules say the same on every server, without writing anything.

pub mod names;
pub mod references;

pub use names::{Claim, shown};
pub use references::{Dangling, REFERENCES, Reference, Repair, dangling};
