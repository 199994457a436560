//! The beginning: what is on disk, and the first picture without waiting for anybody.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use uuid::Uuid;

use super::boot::Standing;
use super::history::History;
use super::leaving::leave;
use super::pictures::Pictures;
use super::status::Vitals;
use super::{Agent, Setting};
use crate::cache::{Quota, disk_space};
use crate::commands::{Done, Ear};
use crate::config::{CacheLimits, OWN_FILE};
use crate::download::Downloads;
use crate::journal::{Journal, Limits};
use crate::memory::{IN_FORCE, Memory, NEWEST};
use crate::neighbours::Circle;
use crate::planning::{Bodies, prospect};

/// Events and log lines that are kept for the server.
const RECORDS: Limits = Limits { segment: 128, segments: 16, records: 20_000, bytes: 16 << 20 };

impl Agent {
    /// An agent with what is on disk. Call within a tokio runtime.
    ///
    /// # Errors
    /// If the folders of the records can neither be made nor read.
    pub fn open(setting: Setting) -> io::Result<Self> {
        let memory = Memory::of(&setting.data, setting.disk.clone());
        let journal = |name: &str, limits| Journal::open(&setting.data.join(name), setting.disk.clone(), limits, Uuid::new_v4());
        let mut plays = journal("plays", Limits::default())?;
        let mut records = journal("records", RECORDS)?;
        if setting.passport.lock().is_leaving() {
            // A power cut came between, or somebody at this computer has asked for it.
            if let Err(error) = leave(&setting.passport, &memory, &setting.cache, &setting.album, [&mut plays, &mut records]) {
                tracing::warn!(%error, "something of an installation that was left is still here");
            }
        }
        let done = Done::open(&setting.data, setting.disk.clone());
        let quota = quota(&setting.config.cache, &setting.cache);
        let circle = Arc::new(Circle::default());
        let mut downloads = Downloads::new(setting.cache.clone(), quota, circle.clone());
        let holding = memory.slice(NEWEST);
        let surroundings = memory.surroundings();
        if let Some(limits) = surroundings.as_ref().and_then(|welcome| welcome.download.as_ref()) {
            downloads.limit(limits);
        }
        let position = memory.position();
        {
            let mut present = setting.present.lock();
            (present.slice, present.position) = (holding.slice(), position.clone());
        }
        let (errands, errands_done) = mpsc::unbounded_channel();
        Ok(Self {
            rows: holding.rows(),
            kept_slice: memory.slice(IN_FORCE).slice(),
            slice_in_force: None,
            memory,
            holding,
            position,
            surroundings,
            bodies: Bodies::default(),
            prospect: None,
            in_force: None,
            needed: BTreeSet::new(),
            downloads,
            circle,
            offer: None,
            shared_at: Vec::new(),
            plays,
            records,
            done,
            errands,
            errands_done,
            conversation: None,
            standing: Standing::default(),
            booted: None,
            vitals: Vitals::new(quota),
            history: History::default(),
            pictures: Pictures::default(),
            ear: Ear::default(),
            under_way: BTreeSet::new(),
            next_check: None,
            turned_out: None,
            lookout: crate::config::Lookout::default(),
            stick_refused: None,
            own_settings: own_settings(&setting.data),
            ending: None,
            setting,
        })
    }

    /// The first picture: the newest plan if all of it is here, else the one that played last, else whatever there is.
    pub(super) fn begin(&mut self) {
        if self.setting.config.time.serve {
            // Clients are answered before a server is reached, by the clock of the one that was reached last.
            let known = self.setting.config.addresses().into_iter().chain(self.memory.places().servers).next();
            self.follow_time(known.as_ref().map(|server| server.host.as_str()));
        }
        self.set_display();
        self.replan(false);
        let whole = |prospect: &crate::planning::Prospect, this: &Self| prospect.missing(&this.setting.cache).is_empty();
        let is_whole = self.prospect.as_ref().is_some_and(|newest| whole(newest, self));
        if !is_whole && let Some(viewer) = self.viewer() {
            let before = self.memory.slice(IN_FORCE).rows();
            let last = prospect(&before, viewer, self.now(), self.surroundings.as_ref(), &self.bodies, &self.setting.cache);
            if let Some(last) = last.filter(|last| whole(last, self)) {
                self.enforce(&last, false);
            }
        }
        self.show_first();
        self.try_disk();
        if self.in_force.is_none() {
            self.show_boot();
        }
        self.check_ahead();
    }

    /// Looks at the files of the plan in the background, so that a corrupt one is found before its turn comes.
    fn check_ahead(&self) {
        let wants: Vec<_> = self.prospect.iter().flat_map(|prospect| &prospect.wants).map(|want| want.hash).collect();
        let cache = self.setting.cache.clone();
        tokio::task::spawn_blocking(move || wants.iter().for_each(|hash| _ = cache.check(hash)));
    }
}

/// The viewer's own settings as they stand on disk.
pub(super) fn own_settings(data: &Path) -> Option<Vec<u8>> {
    std::fs::read(data.join(OWN_FILE)).ok()
}

/// What the cache may take on this disk.
fn quota(limits: &CacheLimits, cache: &crate::cache::Cache) -> Quota {
    let reserve = limits.reserve_mib << 20;
    let bytes = match limits.quota_mib {
        0 => disk_space(cache.folder()).map_or(u64::MAX, |(size, _)| size.saturating_sub(reserve)),
        mib => mib << 20,
    };
    Quota { bytes, reserve }
}
