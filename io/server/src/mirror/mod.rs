//! Files of other servers: media, bodies and thumbnails that the state names and that are not here are fetched by their hash.
//!
//! `wanted` says what and in which order, by the `scope` of this server; `sources` who can be asked; `fetching` gets one file, a large one
//! by `gathering` its groups; `follow` keeps all of it going, and `asked` is what somebody waits for. What goes the other way is read
//! by `giving`; `service` is both sides of the wire. `line` counts and limits what passes, as `limits` says by the hour;
//! `room` keeps some of the disk free; `check` looks whether what is here is still what it should be.

mod asked;
mod check;
mod fetching;
mod follow;
mod gathering;
mod giving;
mod limits;
mod line;
mod offered;
mod room;
mod scope;
mod service;
mod source;
mod sources;
mod wanted;

use std::collections::BTreeMap;
use std::path::Path;

use domain::cell::Hash;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use asked::AskedFor;
use check::Check;
use line::Lines;

pub(crate) use asked::{Came, come};
pub use check::follow as follow_check;
pub use follow::follow;
pub use limits::follow as follow_limits;
pub(crate) use service::{exchange, service};
pub use sources::Sources;
pub use wanted::{Horizon, Rank, Scope, Wanted, wanted};

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
    /// The ways to them.
    pub(crate) lines: Lines,
    asked: AskedFor,
    /// Whether what is here is what it should be.
    pub(crate) check: Check,
    progress: watch::Sender<Progress>,
    failures: Mutex<BTreeMap<Hash, fetching::Failure>>,
    again: Notify,
}

impl Mirror {
    /// One for the media of this data folder.
    #[must_use]
    pub fn open(data: &Path) -> Self {
        Self {
            sources: Sources::default(),
            lines: Lines::default(),
            asked: AskedFor::default(),
            check: Check::open(data),
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

    /// Another screen is served here: what it needs is looked for.
    pub fn another_screen(&self) {
        self.asked.wake();
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
