//! The servers of an installation stay equal (`docs/protocols/replication.md`).
//!
//! `admitting` and `joining` are the two ends of a one-time token. `dialling` calls the partners, `service` answers their calls; either
//! way `session` drives the machine of `replica::session` on the connection, and `obeying` does what it asks of the store. `links` knows
//! which connections there are, `alarms` what was found wrong, `overview` and `history` say it to people, `arrival` for one change. `feeding`
//! is what goes beside the log, `queue` what of it waits; `calls` are magic packets that one
//! server sends for another. `roles` knows who leads, `promotion` changes it, `election` does so by itself where people
//! want that (`voters` shows and sets it); `mending` does what people decide where servers cannot; `soundness` looks whether the database is what
//! was written into it.

mod admitting;
mod alarms;
mod announcing;
mod arrival;
mod calls;
mod dialling;
mod differing;
mod election;
mod facts;
mod feeding;
mod hearsay;
mod history;
mod identity;
mod joining;
mod left_out;
mod links;
mod mending;
mod obeying;
mod overview;
mod pieces;
mod promotion;
mod queue;
mod roles;
mod rows;
mod salvage;
mod service;
mod session;
mod snapshots;
mod soundness;
mod table;
mod voters;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use replica::session::Now;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use admitting::{Invited, Wish, invite};
pub(crate) use arrival::arrived;
pub use history::History;
pub use identity::{Membership, Own};
pub(crate) use joining::finish;
pub use joining::{Joined, join};
pub use links::{Connected, Links, Meeting};
pub use mending::{go_on, rebuild_from};
pub use overview::overview;
pub use promotion::{promote, switch};
pub(crate) use queue::bound;
pub use salvage::set_aside;
pub(crate) use service::service;
pub use table::table;
pub use voters::{name_voters, succession};

pub(crate) use soundness::{in_words as damaged_in_words, noted as noted_damage};

use alarms::Alarms;
use calls::Calls;
use election::Assembly;
use pieces::Pieces;
use soundness::Soundness;

use crate::app::App;
use crate::now::now_ms;

/// What sessions with other servers share.
pub struct Replication {
    /// Who this server is to others.
    pub own: Own,
    /// Sessions.
    pub links: Links,
    /// How far the other servers were.
    pub history: History,
    /// What other servers are asked to do.
    pub(crate) calls: Calls,
    alarms: Alarms,
    soundness: Soundness,
    pieces: Pieces,
    assembly: Assembly,
    boot_nonce: Uuid,
    started: Instant,
    stop: CancellationToken,
    /// Wakes whoever dials.
    nudge: Notify,
    joining: tokio::sync::Mutex<()>,
}

impl Replication {
    /// Reads the server's identity from its data folder.
    ///
    /// # Errors
    /// If a file there cannot be used.
    pub fn open(data: &Path, stop: CancellationToken) -> io::Result<Self> {
        Ok(Self {
            own: Own::open(data)?,
            links: Links::default(),
            history: History::default(),
            calls: Calls::default(),
            alarms: Alarms::default(),
            soundness: Soundness::open(data),
            pieces: Pieces::default(),
            assembly: Assembly::default(),
            boot_nonce: Uuid::new_v4(),
            started: Instant::now(),
            stop,
            nudge: Notify::new(),
            joining: tokio::sync::Mutex::default(),
        })
    }

    /// Different at each start of the program.
    fn boot_nonce(&self) -> Uuid {
        self.boot_nonce
    }

    /// The time by both clocks.
    fn now(&self) -> Now {
        let mono_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now { mono_ms, wall_ms: now_ms() }
    }

    /// A time of [`Self::now`] by the clock of the program.
    fn instant(&self, mono_ms: u64) -> Instant {
        self.started + Duration::from_millis(mono_ms)
    }

    fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }
}

/// Starts to call other servers, and to say where this one answers.
pub(crate) fn start(app: &App, stop: CancellationToken) {
    tokio::spawn(dialling::follow(app.clone(), stop.clone()));
    tokio::spawn(announcing::follow(app.clone(), stop.clone()));
    tokio::spawn(roles::follow(app.clone(), stop.clone()));
    tokio::spawn(promotion::follow(app.clone(), stop.clone()));
    tokio::spawn(election::follow(app.clone(), stop.clone()));
    tokio::spawn(history::follow(app.clone(), stop.clone()));
    tokio::spawn(salvage::follow(app.clone(), stop.clone()));
    tokio::spawn(soundness::follow(app.clone(), stop));
}
