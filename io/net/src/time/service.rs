//! The service: a mode, perhaps a server, perhaps sources.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lan::ntp::{Quality, ServerCounters, SourceStatus};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::interval;

use super::following::Following;
use super::reading::precision;
use super::server::{BindError, NtpServer};
use super::settings::{Mode, Settings};
use super::state::{Clock, TimeState, Timeline};
use super::system::{Knowledge, knowledge};

/// How often the system's clock is looked at.
const LOOK: Duration = Duration::from_secs(16);

/// What a person sees of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The clock that is served and its quality.
    pub state: TimeState,
    /// What is known of the system's clock; `None` in mode `own`.
    pub system: Option<Knowledge>,
    /// The sources, while a clock of our own follows them.
    pub sources: Vec<SourceStatus>,
    /// What was answered and dropped.
    pub counters: ServerCounters,
}

/// Time for whoever asks, until it is dropped.
pub struct TimeService {
    clock: Clock,
    server: Option<Result<NtpServer, BindError>>,
    parts: Arc<Mutex<Parts>>,
    chooser: JoinHandle<()>,
}

#[derive(Default)]
struct Parts {
    system: Option<Knowledge>,
    following: Option<Following>,
}

impl TimeService {
    /// Starts the service within a tokio runtime. A port that cannot be had is no failure: see [`TimeService::server`]; everything else runs.
    #[must_use]
    pub fn start(settings: Settings) -> Self {
        let first = TimeState { timeline: Timeline::System, quality: Quality::unsynchronised(precision()) };
        let (sender, state) = watch::channel(first);
        let shares_port = |listen: &super::Listen| {
            settings.client_port.is_some_and(|port| listen.addresses.iter().any(|address| address.port() == port))
        };
        let server = settings.listen.as_ref().map(|listen| NtpServer::bind(listen, shares_port(listen), &state));
        let parts = Arc::new(Mutex::new(Parts::default()));
        let chooser = tokio::spawn(choose(settings, sender, Arc::clone(&parts)));
        Self { clock: Clock::new(state), server, parts, chooser }
    }

    /// A reader of the time that is served.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The server, or why there is none; `None` if none was wished for.
    #[must_use]
    pub fn server(&self) -> Option<Result<&NtpServer, &BindError>> {
        self.server.as_ref().map(Result::as_ref)
    }

    /// What a person sees of the service.
    #[must_use]
    pub fn status(&self) -> Status {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let server = self.server.as_ref().and_then(|server| server.as_ref().ok());
        Status {
            state: self.clock.state(),
            system: parts.system.clone(),
            sources: parts.following.as_ref().map(Following::sources).unwrap_or_default(),
            counters: server.map(NtpServer::counters).unwrap_or_default(),
        }
    }
}

impl Drop for TimeService {
    fn drop(&mut self) {
        self.chooser.abort();
    }
}

/// Chooses the clock by mode, and again whenever the system's clock gains or loses its master.
async fn choose(settings: Settings, sender: watch::Sender<TimeState>, parts: Arc<Mutex<Parts>>) {
    let mut looks = interval(LOOK);
    loop {
        looks.tick().await;
        let system = if settings.mode == Mode::Own { None } else { Some(knowledge().await) };
        let quality = system.as_ref().and_then(Knowledge::quality).cloned();
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.system = system;
        // With nothing to follow the system's clock is served as it is: the rest of this host goes by it too.
        if quality.is_some() || settings.mode == Mode::System || settings.sources.is_empty() {
            parts.following = None;
            let quality = quality.unwrap_or_else(|| Quality::orphan(settings.orphan_stratum, precision()));
            sender.send_replace(TimeState { timeline: Timeline::System, quality });
        } else if parts.following.is_none() {
            parts.following = Some(Following::start(&settings, sender.clone()));
        }
    }
}
