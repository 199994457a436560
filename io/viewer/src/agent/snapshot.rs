//! The state of a running viewer, for `signboard-viewer status` and the black box.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::Agent;
use crate::neighbours::Offer;

/// What a running viewer says of itself on its own computer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Where it stands with its server, in a word.
    pub standing: String,
    /// The same in a sentence, where there is more to say.
    pub detail: String,
    /// The code to approve, while it waits for that.
    pub code: String,
    /// Name of the screen.
    pub name: String,
    /// Name of the installation.
    pub installation: String,
    /// The server of the session.
    pub server: String,
    /// Name of that server, where there are several.
    #[serde(default)]
    pub served_by: String,
    /// Name of the server that the screen belongs to, where there are several.
    #[serde(default)]
    pub belongs_to: String,
    /// The way to it: `control`, `https` or `http`.
    pub way: String,
    /// The plan in force.
    pub plan: String,
    /// Bytes that are still to be fetched.
    pub download_left: u64,
    /// Bytes of files that came from servers since the program started.
    #[serde(default)]
    pub fetched_from_servers: u64,
    /// Bytes of files that came from screens nearby since the program started.
    #[serde(default)]
    pub fetched_from_neighbours: u64,
    /// Bytes of files that went to screens nearby since the program started.
    #[serde(default)]
    pub given_to_neighbours: u64,
    /// How many screens nearby share files with this one.
    #[serde(default)]
    pub neighbours: usize,
    /// The TCP port at which they are let in; 0 = files are not shared.
    #[serde(default)]
    pub shared_port: u16,
    /// Bytes in the cache.
    pub cache_used: u64,
    /// What the cache may take.
    pub cache_quota: u64,
    /// Play records that wait for the server.
    pub plays_waiting: u64,
    /// Events that wait for the server.
    pub records_waiting: u64,
    /// How the clock is set; empty = by this machine alone.
    pub clock: String,
    /// `answers`, or why clients get no time here; empty = they shall not.
    #[serde(default)]
    pub time_server: String,
    /// `on`, `off` or `unknown`.
    pub display: String,
    /// `ok`, `black`, `frozen` or `unknown`.
    pub probe: String,
    /// Why the disk takes nothing, with the remedy; empty = it does.
    #[serde(default)]
    pub disk: String,
}

/// Where the last snapshot hangs. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<Snapshot>>);

impl Board {
    /// Hangs up a new one.
    pub fn write(&self, snapshot: Snapshot) {
        *self.0.lock() = snapshot;
    }

    /// The last one.
    #[must_use]
    pub fn read(&self) -> Snapshot {
        self.0.lock().clone()
    }
}

impl Agent {
    pub(super) fn snapshot(&self) -> Snapshot {
        let facts = self.boot_facts();
        let status = self.status();
        let session = self.conversation.as_ref();
        let welcome = self.surroundings.as_ref();
        let here = welcome.filter(|_| session.is_some()).and_then(|w| w.servers.iter().find(|server| server.id == w.server));
        let home = welcome.and_then(|welcome| welcome.servers.first());
        let tried: Vec<String> = facts.tried.iter().map(|tried| format!("{}: {}", tried.what, tried.outcome)).collect();
        Snapshot {
            standing: self.standing.name().to_owned(),
            detail: facts.remedy.unwrap_or_else(|| tried.join("; ")),
            code: facts.code.unwrap_or_default(),
            name: facts.name.unwrap_or_default(),
            installation: facts.installation.unwrap_or_default(),
            server: session.map(|session| session.host().to_owned()).unwrap_or_default(),
            served_by: here.map(|server| server.name.clone()).unwrap_or_default(),
            belongs_to: home.map(|server| server.name.clone()).unwrap_or_default(),
            way: session.map(|session| session.way().to_owned()).unwrap_or_default(),
            plan: status.plan,
            download_left: status.download_left,
            fetched_from_servers: status.fetched_from_servers,
            fetched_from_neighbours: status.fetched_from_neighbours,
            given_to_neighbours: self.circle.sums.to_neighbours(),
            neighbours: self.circle.len(),
            shared_port: self.offer.as_ref().map_or(0, Offer::port),
            cache_used: status.cache_used,
            cache_quota: status.cache_quota,
            plays_waiting: self.plays.len(),
            records_waiting: self.records.len(),
            clock: facts.clock,
            time_server: match self.setting.clock.serving() {
                None => String::new(),
                Some(Ok(())) => "answers".to_owned(),
                Some(Err(why)) => why,
            },
            display: status.display,
            probe: status.probe,
            disk: self.vitals.disk.text().unwrap_or_default().to_owned(),
        }
    }
}
