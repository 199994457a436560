//! A clock of our own: the follower, one task per source, and one that lets time pass.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lan::ntp::{Follower, FollowerSettings, ReferenceId, SourceStatus};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::interval;

use super::reading::{Reading, precision};
use super::settings::Settings;
use super::sleep::SleepWatch;
use super::source;
use super::state::{TimeState, Timeline};

/// How often leap seconds, waking up and fading confidence are looked at.
const TICK: Duration = Duration::from_secs(1);

/// The follower as its tasks share it.
#[derive(Clone)]
pub(super) struct Shared {
    follower: Arc<Mutex<Follower>>,
    state: watch::Sender<TimeState>,
}

impl Shared {
    pub(super) fn with<T>(&self, action: impl FnOnce(&mut Follower) -> T) -> T {
        action(&mut self.follower.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells the readers what the clock is now.
    pub(super) fn publish(&self) {
        let raw = Reading::now().raw;
        let state =
            self.with(|follower| TimeState { timeline: Timeline::Own(follower.clock().clone()), quality: follower.quality(raw) });
        self.state.send_if_modified(|before| {
            let is_new = *before != state;
            *before = state;
            is_new
        });
    }
}

/// Follows the sources until it is dropped.
pub(super) struct Following {
    shared: Shared,
    tasks: Vec<JoinHandle<()>>,
}

impl Following {
    /// Starts at the system's time, and publishes to `state`.
    pub(super) fn start(settings: &Settings, state: watch::Sender<TimeState>) -> Self {
        let now = Reading::now();
        let follower = FollowerSettings {
            poll: settings.poll,
            expected: settings.sources.len(),
            orphan_stratum: settings.orphan_stratum,
            precision: precision(),
            own: own_addresses(),
        };
        let follower = Arc::new(Mutex::new(Follower::new(follower, now.raw, now.system)));
        let shared = Shared { follower, state };
        shared.publish();
        let mut tasks: Vec<JoinHandle<()>> = settings
            .sources
            .iter()
            .map(|name| tokio::spawn(source::ask(name.clone(), settings.client_port, shared.clone())))
            .collect();
        tasks.push(tokio::spawn(pass_time(shared.clone())));
        Self { shared, tasks }
    }

    /// What a person sees of the sources.
    pub(super) fn sources(&self) -> Vec<SourceStatus> {
        let raw = Reading::now().raw;
        self.shared.with(|follower| follower.status(raw))
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn pass_time(shared: Shared) {
    let mut ticks = interval(TICK);
    let mut sleep = SleepWatch::new();
    loop {
        ticks.tick().await;
        let now = Reading::now();
        if sleep.has_slept() {
            shared.with(|follower| follower.restart(now.raw, now.system));
        }
        shared.with(|follower| follower.tick(now.raw));
        shared.publish();
    }
}

/// The reference ids of this host's addresses, as a source would name them that follows us. Loopback is left out: all hosts share it.
fn own_addresses() -> Vec<ReferenceId> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    interfaces.iter().filter(|interface| !interface.is_loopback()).map(|interface| ReferenceId::of(interface.ip())).collect()
}
