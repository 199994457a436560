//! Files of other servers: media, bodies and thumbnails that the state names and that are not here are fetched by their hash.
//!
//! `wanted` says what and in which order, `sources` who can be asked, `fetching` gets one file, and `follow` keeps all of it going. What
//! goes the other way is read by `giving`; `service` is both sides of the wire.

mod fetching;
mod follow;
mod giving;
mod offered;
mod service;
mod source;
mod sources;
mod wanted;

use std::collections::BTreeMap;

use domain::cell::Hash;
use net::control::Pace;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

pub use follow::follow;
pub(crate) use service::{exchange, service};
pub use sources::Sources;
pub use wanted::{Rank, Wanted, wanted};

/// How far this server is with the files of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files that are missing.
    pub files: usize,
    /// Their bytes, as far as their length is known.
    pub bytes: u64,
    /// How many of them screens need: what schedule rows lead to.
    pub needed: usize,
    /// What could not be had when it was tried last, with why; at most [`NAMED`].
    pub failing: Vec<(Hash, String)>,
}

/// So many failures are named.
pub const NAMED: usize = 20;

/// The fetching of files from other servers.
pub struct Mirror {
    /// Who can be asked.
    pub sources: Sources,
    pace: Pace,
    progress: watch::Sender<Progress>,
    failures: Mutex<BTreeMap<Hash, fetching::Failure>>,
    again: Notify,
}

impl Mirror {
    /// One that fetches at most so many bytes per second; 0 = without a limit. Call within a tokio runtime.
    #[must_use]
    pub fn new(bytes_per_second: u64) -> Self {
        Self {
            sources: Sources::default(),
            pace: Pace::new(bytes_per_second),
            progress: watch::Sender::new(Progress::default()),
            failures: Mutex::default(),
            again: Notify::new(),
        }
    }

    /// How far it is. All is here as long as no other server was ever reached.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// Follows how far it is.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Looks again at once, as after a file was found spoilt and removed.
    pub fn look_again(&self) {
        self.failures.lock().clear();
        self.again.notify_one();
    }
}

impl std::fmt::Debug for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mirror").field("progress", &*self.progress.borrow()).finish_non_exhaustive()
    }
}
