//! What plays: from rows to a plan, from a plan to the screen.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use control::plan::Plan;
use control::planner::DAY_MS;
use domain::id::ViewerId;

use super::Agent;
use crate::download::{Fetched, Why};
use crate::memory::IN_FORCE;
use crate::planning::{Prospect, prospect};

impl Agent {
    /// The viewer at which this device stands; none before it was approved.
    pub(super) fn viewer(&self) -> Option<ViewerId> {
        self.setting.passport.lock().identity().and_then(|identity| identity.viewer.parse().ok())
    }

    /// Makes the plan anew. It comes into force when all of it is here, and at once if it is urgent.
    pub(super) fn replan(&mut self, urgent: bool) {
        let Some(viewer) = self.viewer() else { return };
        let made = prospect(&self.rows, viewer, self.now(), self.surroundings.as_ref(), &self.bodies, &self.setting.cache);
        let Some(newest) = made else {
            self.prospect = None;
            return;
        };
        let is_new = self.in_force.as_ref().is_none_or(|plan| plan.id != newest.plan.id);
        let missing = newest.missing(&self.setting.cache);
        let first = self.in_force.is_none() && self.conversation.is_some();
        if is_new && (urgent || missing.is_empty() || first) {
            self.enforce(&newest, urgent || first);
        }
        if urgent || missing.is_empty() {
            self.keep_slice();
        }
        let bare = urgent || first || self.is_bare();
        self.downloads.want(missing, bare, Instant::now());
        // What was fetched in part and is not wanted any more must not fill the disk over the years.
        self.setting.cache.sweep_parts(&self.downloads.wanted().collect());
        self.prospect = Some(newest);
        self.fetch();
    }

    /// With nothing else to show, a plan that lacks something is better than none.
    pub(super) fn show_first(&mut self) {
        if self.in_force.is_none()
            && let Some(newest) = self.prospect.clone()
        {
            self.enforce(&newest, true);
        }
    }

    /// The day has changed, or the clock has leapt: the plan of the day.
    pub(super) fn turn_day(&mut self) {
        let day = self.now().div_euclid(DAY_MS);
        if self.prospect.as_ref().is_some_and(|prospect| prospect.plan.from.div_euclid(DAY_MS) != day) {
            self.replan(false);
        }
    }

    /// Tells the screen a plan.
    pub(super) fn enforce(&mut self, prospect: &Prospect, urgent: bool) {
        let plan = Arc::new(Plan { urgent, ..prospect.plan.clone() });
        tracing::info!(plan = %plan.id, urgent, "a plan comes into force");
        self.needed = prospect.wants.iter().map(|want| want.hash).collect();
        self.setting.cache.touch(&self.needed, SystemTime::now());
        self.setting.present.lock().plan.clone_from(&plan.id);
        self.setting.stage.show(Arc::clone(&plan), urgent);
        self.booted = None;
        self.in_force = Some(plan);
    }

    /// After a power cut the last slice plays whose plan was whole, or that everybody had to obey.
    fn keep_slice(&mut self) {
        if self.holding.slice() == self.kept_slice {
            return;
        }
        self.slice_in_force = Some(self.holding.clone());
        let stored = self.store_slice_in_force();
        self.note_disk(stored);
    }

    /// Stores it, if the disk did not take it before.
    pub(super) fn store_slice_in_force(&mut self) -> io::Result<()> {
        if let Some(in_force) = &self.slice_in_force {
            self.memory.store_slice(IN_FORCE, in_force, &[])?;
            self.kept_slice = in_force.slice();
            self.slice_in_force = None;
        }
        Ok(())
    }

    /// What was needed later may be needed now, which the hours of downloads do not hold up where nothing whole stands on the screen.
    pub(super) fn press_on(&mut self) {
        let now = self.now();
        let Some(newest) = self.prospect.as_mut().filter(|_| self.downloads.is_lacking()) else { return };
        newest.rank(now, &self.bodies, &self.setting.cache);
        let missing = newest.missing(&self.setting.cache);
        self.downloads.want(missing, self.is_bare(), Instant::now());
    }

    /// Starts downloads, if there is a server to ask.
    pub(super) fn fetch(&mut self) {
        let minute = self.minute();
        let Some(media) = self.conversation.as_ref().and_then(|conversation| conversation.media.clone()) else { return };
        // What the newest plan needs is not given up for another part of it.
        let newest = self.prospect.iter().flat_map(|prospect| &prospect.wants).map(|want| want.hash);
        let keep: BTreeSet<_> = self.needed.iter().copied().chain(newest).collect();
        self.downloads.start(&media, minute, &keep, Instant::now());
    }

    /// A download has ended.
    pub(super) fn fetched(&mut self, fetched: Fetched) {
        match fetched {
            Fetched::Here(hash) => {
                tracing::debug!(%hash, "a file is here");
                self.note_file(Ok(()));
                self.complete();
            }
            Fetched::Missing(_, why) => {
                if why == Why::Disk {
                    self.note_file(Err(io::ErrorKind::StorageFull.into()));
                }
                self.tell_missing();
            }
        }
        self.fetch();
    }

    /// Something came: perhaps all of the newest plan is here now.
    fn complete(&mut self) {
        let has_new_body = self.prospect.as_ref().is_some_and(|prospect| {
            // A body that came names media that nobody knew of, and its plan is another one.
            prospect.wants.iter().any(|want| want.bytes == 0 && self.setting.cache.has(&want.hash))
        });
        if has_new_body {
            self.replan(false);
            return;
        }
        let Some(newest) = self.prospect.clone() else { return };
        let in_force = self.in_force.as_ref().is_some_and(|plan| plan.id == newest.plan.id);
        let whole = newest.missing(&self.setting.cache).is_empty();
        if whole {
            self.keep_slice();
        }
        if !in_force && whole {
            self.enforce(&newest, false);
        } else if in_force && let Some(plan) = &self.in_force {
            // A plan that had to begin with something missing gets its files as they come.
            self.setting.stage.show(Arc::clone(plan), plan.urgent);
        }
    }

    /// Files that turned out to be corrupt are fetched again.
    pub(super) fn mend(&mut self) {
        let corrupt = self.setting.cache.take_corrupt();
        if corrupt.is_empty() {
            return;
        }
        for hash in &corrupt {
            self.event(
                "warn",
                "cache.corrupt",
                &format!("The file {hash} was spoilt on disk; it was removed and is fetched again."),
            );
        }
        let missing = self.prospect.as_ref().map(|prospect| prospect.missing(&self.setting.cache)).unwrap_or_default();
        self.downloads.want(missing, self.is_bare(), Instant::now());
        self.fetch();
    }

    /// Whether something of what plays is not here, if anything plays.
    fn is_bare(&self) -> bool {
        self.in_force.is_none() || self.needed.iter().any(|hash| !self.setting.cache.has(hash))
    }

    /// The minute of the viewer's day.
    fn minute(&self) -> u32 {
        let zone = self.prospect.as_ref().and_then(|prospect| jiff::tz::TimeZone::get(&prospect.plan.viewer.zone).ok());
        let now = jiff::Timestamp::from_millisecond(self.now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let local = now.to_zoned(zone.unwrap_or(jiff::tz::TimeZone::UTC));
        u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs())
    }
}
