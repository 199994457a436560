//! How the viewer is: the heartbeat.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use control::message::StatusSlot;
use control::v1::{self, from_viewer::Message};

use super::Agent;
use super::disk::DiskTrouble;
use crate::cache::{Quota, disk_space};
use crate::clock::Origin;
use crate::host;
use crate::screen::Look;

/// Troubles that are kept for the next heartbeat.
const MOST_TROUBLES: usize = 20;
/// What is said again within this time is no news: a fault that lasts for months shall neither wear the disk nor push all other events out.
const NEWS: Duration = Duration::from_secs(600);

/// What was heard of screen and disk.
#[derive(Debug)]
pub(super) struct Vitals {
    quota: Quota,
    pub(super) slot: Option<StatusSlot>,
    pub(super) sound: String,
    pub(super) frames: u64,
    frames_told: u64,
    pub(super) display: Option<bool>,
    pub(super) look: Option<Look>,
    pub(super) shown: Option<(String, i64)>,
    pub(super) disk: DiskTrouble,
    pub(super) lost_told: u64,
    troubles: VecDeque<v1::Trouble>,
    /// What was said last, by its code.
    said: BTreeMap<String, (String, Instant)>,
}

impl Vitals {
    pub(super) fn new(quota: Quota) -> Self {
        Self {
            quota,
            slot: None,
            sound: "unknown".to_owned(),
            frames: 0,
            frames_told: 0,
            display: None,
            look: None,
            shown: None,
            disk: DiskTrouble::default(),
            lost_told: 0,
            troubles: VecDeque::new(),
            said: BTreeMap::new(),
        }
    }

    /// Whether an event is worth a record at `now`: not where the same was the last of its code a short while ago.
    pub(super) fn is_news(&mut self, code: &str, text: &str, now: Instant) -> bool {
        let is_old = self.said.get(code).is_some_and(|(said, at)| said == text && now.saturating_duration_since(*at) < NEWS);
        if !is_old {
            // Codes come from pages too.
            if self.said.len() >= 100 {
                self.said.clear();
            }
            self.said.insert(code.to_owned(), (text.to_owned(), now));
        }
        !is_old
    }

    /// Something went wrong.
    pub(super) fn trouble(&mut self, code: &str, text: &str, at: i64) {
        self.troubles.push_back(v1::Trouble { code: code.to_owned(), text: text.to_owned(), at });
        if self.troubles.len() > MOST_TROUBLES {
            self.troubles.pop_front();
        }
    }
}

impl Agent {
    /// Sends the heartbeat.
    pub(super) fn send_status(&mut self) {
        if self.conversation.as_ref().is_none_or(|conversation| !conversation.welcomed) {
            return;
        }
        let mut status = self.status();
        let dropped = self.vitals.frames.saturating_sub(self.vitals.frames_told);
        status.frames_dropped = u32::try_from(dropped).unwrap_or(u32::MAX);
        self.vitals.frames_told = self.vitals.frames;
        status.troubles = self.vitals.troubles.drain(..).collect();
        self.say(Message::Status(status));
    }

    /// The state now, without what is told once.
    pub(super) fn status(&self) -> v1::Status {
        let memory = host::memory();
        let (disk_size, disk_free) = disk_space(self.setting.cache.folder()).unwrap_or_default();
        // Room on a disk that takes nothing, such as one that became read-only, is none.
        let disk_free = if self.vitals.disk.text().is_some() { 0 } else { disk_free };
        let bound = match self.setting.clock.origin() {
            Origin::Network(bound) | Origin::Session(bound) => bound,
            Origin::Machine => 0.0,
        };
        let display = self.vitals.display.map_or("unknown", |on| if on { "on" } else { "off" });
        let probe = self.vitals.look.map_or("unknown", |look| match look {
            Look { black: true, .. } => "black",
            Look { frozen: true, .. } => "frozen",
            Look { .. } => "ok",
        });
        let slot = self.vitals.slot.as_ref();
        v1::Status {
            plan: self.in_force.as_ref().map(|plan| plan.id.clone()).unwrap_or_default(),
            row: slot.and_then(|slot| slot.row).map(|row| row.to_string()).unwrap_or_default(),
            item: slot.map(|slot| slot.item.clone()).unwrap_or_default(),
            version: host::VERSION.to_owned(),
            addresses: host::addresses(),
            macs: host::macs(),
            temperature: host::hottest(),
            disk_free,
            disk_size,
            cache_used: self.setting.cache.used(),
            cache_quota: self.vitals.quota.bytes,
            memory_free: memory.free,
            memory_size: memory.size,
            uptime: host::uptime(),
            display: display.to_owned(),
            clock_offset_ms: self.setting.clock.offset_to_server().unwrap_or(0.0),
            clock_bound_ms: bound,
            frames_dropped: 0,
            sound: self.vitals.sound.clone(),
            troubles: Vec::new(),
            download_left: self.downloads.left(),
            probe: probe.to_owned(),
            fetched_from_servers: self.circle.sums.from_servers(),
            fetched_from_neighbours: self.circle.sums.from_neighbours(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_trouble_is_news_once_in_a_while() {
        let mut vitals = Vitals::new(Quota { bytes: 0, reserve: 0 });
        let begin = Instant::now();
        let news = |vitals: &mut Vitals, text: &str, seconds| {
            vitals.is_news("browser.restarted", text, begin + Duration::from_secs(seconds))
        };
        assert!(news(&mut vitals, "it crashed", 0));
        assert!(!news(&mut vitals, "it crashed", 30));
        assert!(news(&mut vitals, "it hangs", 60));
        assert!(news(&mut vitals, "it crashed", 90));
        assert!(!news(&mut vitals, "it crashed", 689));
        assert!(news(&mut vitals, "it crashed", 690));
        assert!(vitals.is_news("display.power", "it crashed", begin));
    }
}
