//! One server: its disk, and what the run knows about it.

use std::collections::BTreeSet;

use domain::stamp::Actor;
use replica::session::{Epoch, Local, Now, PROTOCOL, Role};
use uuid::Uuid;

use super::Mutant;
use super::disk::Disk;

/// The numbers of edits that a database contains, as the run counts them.
pub(crate) type History = BTreeSet<u64>;

/// The registry version of an up-to-date server.
pub(crate) const SCHEMA: u32 = 6;

pub(crate) struct Node<D> {
    pub(crate) server: Uuid,
    pub(crate) disk: D,
    pub(crate) history: History,
    /// The state at the last sync, if something was written since; kept only for servers that do not wait for it.
    pub(crate) synced: Option<(D, History)>,
    pub(crate) backup: Option<(D, History)>,
    pub(crate) boots: u64,
    /// How far the wall clock is ahead, milliseconds.
    pub(crate) skew: i64,
    pub(crate) schema: u32,
    /// The disk is full.
    pub(crate) full: bool,
    /// Nobody edits on it.
    pub(crate) quiet: bool,
    /// A copy that was switched off.
    pub(crate) gone: bool,
    /// Its disk went back once, or a copy of it ran.
    pub(crate) suspect: bool,
}

impl<D: Disk> Node<D> {
    pub(crate) fn new(index: usize, skew: i64, schema: u32, mutant: Mutant) -> Self {
        let server = Uuid::from_u128(index as u128 + 1);
        Self {
            server,
            disk: D::new(Actor { server, incarnation: 1 }, mutant),
            history: History::new(),
            synced: None,
            backup: None,
            boots: 1,
            skew,
            schema,
            full: false,
            quiet: false,
            gone: false,
            suspect: false,
        }
    }

    /// Another machine with the same disk.
    pub(crate) fn copy(&self) -> Self {
        Self {
            server: self.server,
            disk: self.disk.copy(),
            history: self.history.clone(),
            synced: None,
            backup: None,
            boots: self.boots + 1_000,
            skew: self.skew,
            schema: self.schema,
            full: false,
            quiet: false,
            gone: false,
            suspect: true,
        }
    }

    pub(crate) fn local(&self) -> Local {
        Local {
            installation: Uuid::from_u128(0xabc),
            boot_nonce: Uuid::from_u128(self.server.as_u128() << 64 | u128::from(self.boots)),
            protocol: PROTOCOL,
            schema: self.schema,
            role: Role::Main,
            epoch: Epoch::default(),
            free_disk: None,
        }
    }

    pub(crate) fn now(&self, ms: i64) -> Now {
        Now { mono_ms: ms as u64, wall_ms: super::world::START_MS + ms + self.skew }
    }

    /// Before a write: what a power cut would leave.
    pub(crate) fn before_write(&mut self, mutant: Mutant) {
        if mutant == Mutant::AckBeforeSync && self.synced.is_none() {
            self.synced = Some((self.disk.copy(), self.history.clone()));
        }
    }
}
