//! Whole servers under faults: sessions, incarnations, snapshots and rebuilds of the real core over any [`disk::Disk`], one step at a time, in
//! an order that a seed decides.

#![allow(clippy::print_stderr, reason = "a run that is looked at says what happens")]

pub(crate) mod disk;
mod faults;
mod heal;
mod link;
pub(crate) mod memory;
mod node;
mod oracle;
mod tasks;
mod world;

pub(crate) use world::{Totals, harsh, run};

/// A mistake built into every server of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Without one.
    None,
    /// New stamps are not above those that they replace.
    NoBump,
    /// A server whose disk went back writes on under its old number.
    NoIncarnation,
    /// A join does not look at births.
    NoBirths,
    /// What is not on disk yet counts as stored.
    AckBeforeSync,
    /// The number of an entry is taken before the order of the log is settled.
    SeqOutsideLock,
    /// One entry in 1,000 is acknowledged and forgotten.
    DropOne,
}
