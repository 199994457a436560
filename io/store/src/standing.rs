//! Where this server stands.

use std::sync::Arc;

use domain::log::Position;
use replica::incarnation::Fork;
use tokio::sync::watch;
use uuid::Uuid;

use crate::store::Store;

/// Where a server stands. All parts belong to the same moment, and all of it is durable.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The installation that the server belongs to.
    pub installation: Uuid,
    /// What the database contains, and how far each actor has come in it.
    pub position: Position,
    /// The end of the log; 0 before the first entry.
    pub lpos: i64,
    /// The sum of the digest over all documents, modulo 2^128: servers with equal vectors must have the same.
    pub digest: u128,
    /// Where this server's own history forked or may have, until [`crate::Writer::rebuild`] has taken the place of what lies beyond or
    /// [`crate::Writer::note_fork`] says that it did not.
    pub forked: Option<Fork>,
}

impl Store {
    /// Where the server stands now.
    #[must_use]
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.borrow().clone()
    }

    /// Follows where the server stands: changes with every entry, whoever wrote it, and when the log was cut.
    #[must_use]
    pub fn watch_standing(&self) -> watch::Receiver<Arc<Standing>> {
        self.standing.subscribe()
    }
}
