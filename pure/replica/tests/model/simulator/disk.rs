//! What a simulated server needs of its database. Each call is one transaction.

use std::collections::BTreeMap;

use domain::log::{Edit, Entry, Row};
use domain::stamp::{Actor, Dot};
use replica::incarnation::Fork;
use replica::session::{Mark, NotApplied, Standing, Taking};
use uuid::Uuid;

use super::Mutant;

/// The kind of all documents of a run.
pub(crate) const KIND: &str = "thing";

/// A database that outlives its server.
pub(crate) trait Disk: Sized {
    /// The state of a database as it travels to another server.
    type Snapshot;

    /// An empty database.
    fn new(actor: Actor, mutant: Mutant) -> Self;
    /// Where it stands.
    fn standing(&self) -> Standing;
    /// A local change; `request` names it.
    fn commit(&mut self, edit: Edit, request: Uuid, wall_ms: i64) -> Result<Entry, String>;
    /// Takes in entries, all or none.
    fn apply(&mut self, entries: &[Entry], wall_ms: i64) -> Result<(), NotApplied>;
    /// The log after a position.
    fn read(&self, after: i64, limit: usize) -> Vec<(i64, Entry)>;
    /// Places in histories.
    fn marks(&self, dots: &[Dot]) -> Vec<(Dot, Option<Mark>)>;
    /// Forgets the first entries of the log.
    fn cut(&mut self, count: usize);
    /// One document.
    fn row(&self, id: Uuid) -> Option<Row>;
    /// The ids of all documents.
    fn ids(&self) -> Vec<Uuid>;
    /// All documents.
    fn rows(&self) -> BTreeMap<Uuid, Row>;
    /// The sums of the digest that are not zero, by bucket.
    fn digest(&self) -> BTreeMap<u16, u128>;
    /// The state, for another server.
    fn snapshot(&self) -> Self::Snapshot;
    /// Takes in the state of another server.
    fn take(&mut self, snapshot: &Self::Snapshot, how: Taking, wall_ms: i64);
    /// Goes on as `actor`.
    fn incarnate(&mut self, actor: Actor, fork: Option<Fork>);
    /// A copy of the whole disk.
    fn copy(&self) -> Self;
    /// What only a wrong database does: writes that come late.
    fn settle(&mut self) {}
}
