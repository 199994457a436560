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
        let state = of_system(&settings, system.as_ref());
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.system = system;
        if let Some(state) = state {
            parts.following = None;
            sender.send_replace(state);
        } else if parts.following.is_none() {
            parts.following = Some(Following::start(&settings, sender.clone()));
        }
    }
}

/// The system's clock with what is known of it; `None` where sources are to be followed instead.
fn of_system(settings: &Settings, system: Option<&Knowledge>) -> Option<TimeState> {
    let quality = system.and_then(Knowledge::quality).cloned();
    // With nothing to follow the system's clock is served as it is: the rest of this host goes by it too.
    if quality.is_none() && settings.mode != Mode::System && !settings.sources.is_empty() {
        return None;
    }
    let quality = quality.unwrap_or_else(|| Quality::orphan(settings.orphan_stratum, precision()));
    Some(TimeState { timeline: Timeline::System, quality })
}

#[cfg(test)]
mod tests {
    use lan::ntp::{Answer, Leap, Packet, Server, Timestamp};

    use super::of_system;
    use crate::time::{Knowledge, Mode, Reading, Settings, SourceName, Tracking};

    /// What a client hears from a service with these settings, at this moment.
    fn heard(settings: &Settings, known: &Knowledge, now: Reading) -> Option<Packet> {
        let state = of_system(settings, Some(known))?;
        let time = state.timeline.at(now);
        let question = Packet::question(7).bytes();
        let answer = Server::new(None, 0).answer(&question, [192, 0, 2, 1].into(), now.raw, time, time, &state.quality);
        let Answer::Reply(bytes) = answer else { panic!("{answer:?}") };
        Some(Packet::read(&bytes).unwrap())
    }

    /// A service that would follow a source if it had to.
    fn settings(mode: Mode) -> Settings {
        let source = SourceName { host: "ntp.example".to_owned(), port: 123 };
        Settings { mode, sources: vec![source], ..Settings::default() }
    }

    #[test]
    fn what_chrony_knows_is_what_clients_hear() {
        let line = "C0000207,192.0.2.7,3,1795363200.123456789,-0.250000000,-0.000001000,0.000020000,-12.345,0.001,0.020,0.500000000,0.125000000,64.2,Insert second\n";
        let now = Reading::now();
        let known = Knowledge::Chrony(Tracking::read(line).unwrap().quality(now).unwrap());
        for mode in [Mode::System, Mode::Auto] {
            let answer = heard(&settings(mode), &known, now).unwrap();
            assert_eq!((answer.stratum, answer.leap, answer.reference_id.to_string().as_str()), (3, Leap::Insert, "192.0.2.7"));
            assert_eq!(
                (answer.root_delay.seconds(), answer.root_dispersion.seconds()),
                (0.5, 0.375),
                "with the correction to come"
            );
            assert_eq!(answer.transmit, Timestamp::of(now.system), "of the system's clock");
        }
    }

    #[test]
    fn where_nobody_vouches_the_sources_count_unless_the_system_is_wanted() {
        let now = Reading::now();
        assert!(heard(&settings(Mode::Auto), &Knowledge::Nothing, now).is_none());
        let orphan = heard(&settings(Mode::System), &Knowledge::Nothing, now).unwrap();
        assert_eq!((orphan.stratum, orphan.leap), (10, Leap::None));
        let honest = Settings { orphan_stratum: 0, ..settings(Mode::System) };
        let honest = heard(&honest, &Knowledge::Nothing, now).unwrap();
        assert_eq!((honest.stratum, honest.leap), (0, Leap::Unknown));
    }
}
