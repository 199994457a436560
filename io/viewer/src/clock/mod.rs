//! What time it is, for what plays and for judging certificates.
//!
//! The time comes from the LAN (`docs/protocols/time.md`) while that is synchronised, else from the session, else from the machine's clock, but then never
//! from before the last time that was stored or the program was built: small computers wake up in 1970. What is stored was said by a server; what a
//! machine's clock says alone is not, so that one leap of it is forgotten when it is over.

mod samples;
mod serving;
mod stored;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use net::control::{JudgedAt, UnixTime};
use net::time::{Clock, Settings, TimeService};
use parking_lot::Mutex;

use crate::disk::Disk;
pub use samples::Samples;
pub use stored::{BUILT, StoredTime};

/// How long the sockets of a service that ended may still be open.
const CLOSING: Duration = Duration::from_secs(1);

/// Where the time comes from at present.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin {
    /// Nothing but this machine.
    Machine,
    /// NTP, or a system clock that is synchronised; with the greatest error in milliseconds.
    Network(f64),
    /// The session with the server; with the greatest error in milliseconds.
    Session(f64),
}

/// The time. Clones are the same one.
#[derive(Clone)]
pub struct Timekeeper(Arc<Shared>);

struct Shared {
    begin: Instant,
    /// What the machine's clock shows, Unix milliseconds.
    machine: fn() -> i64,
    /// The machine's time at `begin`, lifted to the stored one; Unix milliseconds.
    base: i64,
    /// What the machine's clock must show to be believed, Unix milliseconds.
    floor: i64,
    stored: StoredTime,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    wanted: Option<Settings>,
    network: Option<(Settings, TimeService, Clock)>,
    session: Samples,
}

impl State {
    fn start(&mut self, settings: Settings) {
        let service = TimeService::start(settings.clone());
        if let Some(Err(error)) = service.server() {
            tracing::warn!(%error, "nobody gets the time from this viewer: free the port, or set time.serve = false");
        }
        let clock = service.clock();
        self.network = Some((settings, service, clock));
    }
}

impl Timekeeper {
    /// Begins with the machine's clock and the time that is stored in `data`.
    #[must_use]
    pub fn start(data: &Path, disk: Arc<dyn Disk>) -> Self {
        Self::beside(data, disk, machine_time)
    }

    fn beside(data: &Path, disk: Arc<dyn Disk>, machine: fn() -> i64) -> Self {
        let stored = StoredTime::open(data, disk);
        let floor = stored.last().saturating_mul(1_000);
        let base = machine().max(floor);
        Self(Arc::new(Shared { begin: Instant::now(), machine, base, floor, stored, state: Mutex::default() }))
    }

    /// Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.at(Instant::now()).0
    }

    /// Where the time comes from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.at(Instant::now()).1
    }

    /// The time at which servers' certificates are judged, by a device whose own certificate ends at `until`: none before it has one.
    ///
    /// Never later than that end: no clock that was once wrong, here or at a server, can shut out every server for good. A device without a certificate
    /// does not count what was stored, which may come from another installation.
    #[must_use]
    pub fn judged_at(&self, until: Option<UnixTime>) -> JudgedAt {
        let this = self.clone();
        JudgedAt::new(move || {
            let (now, origin) = this.at(Instant::now());
            let seconds = match (until, origin) {
                (Some(until), _) => {
                    (now / 1_000).max(this.0.stored.last()).min(i64::try_from(until.as_secs()).unwrap_or(i64::MAX))
                }
                (None, Origin::Machine) => (this.0.machine)() / 1_000,
                (None, Origin::Network(_) | Origin::Session(_)) => now / 1_000,
            };
            UnixTime::since_unix_epoch(Duration::from_secs(seconds.max(BUILT).unsigned_abs()))
        })
    }

    /// Follows these NTP servers from now on, and answers clients if that is set. Call within a tokio runtime. The same settings again change nothing.
    pub fn follow(&self, settings: Settings) {
        let mut state = self.0.state.lock();
        if state.wanted.as_ref() == Some(&settings) {
            return;
        }
        state.wanted = Some(settings.clone());
        if state.network.take().is_none_or(|(before, ..)| before.client_port.is_none()) {
            return state.start(settings);
        }
        // The runtime closes the sockets that asked from this port a little later.
        let this = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(CLOSING).await;
            let mut state = this.0.state.lock();
            if state.network.is_none() && state.wanted.as_ref() == Some(&settings) {
                state.start(settings);
            }
        });
    }

    /// Milliseconds since the start, for [`Timekeeper::heard`].
    #[must_use]
    pub fn elapsed(&self) -> f64 {
        self.0.begin.elapsed().as_secs_f64() * 1_000.0
    }

    /// A session begins: the first answer in it takes the place of what earlier ones said.
    pub fn session_begins(&self) {
        self.0.state.lock().session.begin();
    }

    /// Takes an answer of the session: asked and received at these [`Timekeeper::elapsed`] milliseconds, the server's times in Unix milliseconds.
    pub fn heard(&self, asked: f64, server_in: i64, server_out: i64, received: f64) {
        self.0.state.lock().session.take(asked, server_in, server_out, received);
    }

    /// This clock less the server's, in milliseconds; none before the server said its time.
    #[must_use]
    pub fn offset_to_server(&self) -> Option<f64> {
        let elapsed = self.elapsed();
        let server = self.0.state.lock().session.offset()? + elapsed;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit into 53 bits")]
        let now = self.now() as f64;
        Some(now - server)
    }

    /// Stores the time, so that the next start begins no earlier. Call now and then; writes at most once in an hour.
    pub fn remember(&self) {
        match self.at(Instant::now()) {
            // So much has passed since the last time that is sure, whatever the machine's clock says.
            (_, Origin::Machine) => {
                let passed = i64::try_from(self.0.begin.elapsed().as_secs()).unwrap_or(i64::MAX);
                self.0.stored.reach((self.0.floor / 1_000).saturating_add(passed));
            }
            (now, Origin::Network(_) | Origin::Session(_)) => self.0.stored.correct(now / 1_000),
        }
    }

    fn at(&self, moment: Instant) -> (i64, Origin) {
        let state = self.0.state.lock();
        if let Some((_, _, clock)) = &state.network
            && let Some(bound) = clock.error_bound()
        {
            return (clock.now().nanos() / 1_000_000, Origin::Network(bound * 1_000.0));
        }
        let elapsed = moment.saturating_duration_since(self.0.begin);
        if let (Some(offset), Some(bound)) = (state.session.offset(), state.session.bound()) {
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this century fit")]
            let now = (offset + elapsed.as_secs_f64() * 1_000.0) as i64;
            return (now, Origin::Session(bound));
        }
        let since = self.0.base.saturating_add(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX));
        // Where the machine's clock is no longer behind, somebody or something has set it, and it counts.
        let machine = (self.0.machine)();
        (if machine >= self.0.floor { machine } else { since }, Origin::Machine)
    }
}

fn machine_time() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl std::fmt::Debug for Timekeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Timekeeper({}, {:?})", self.now(), self.origin())
    }
}

#[cfg(test)]
mod tests {
    use net::time::{Listen, Mode, SourceName, query};

    use super::*;
    use crate::disk::Local;

    fn start(data: &Path) -> Timekeeper {
        Timekeeper::start(data, Arc::new(Local))
    }

    #[test]
    fn a_clock_that_is_behind_the_stored_time_is_not_believed() {
        let data = tempfile::tempdir().unwrap();
        let tomorrow = machine_time() / 1_000 + 86_400;
        std::fs::write(data.path().join("time"), tomorrow.to_string()).unwrap();
        let clock = start(data.path());
        assert!((0..60_000).contains(&(clock.now() - tomorrow * 1_000)), "{clock:?}");
        assert_eq!(clock.origin(), Origin::Machine);
    }

    /// A hundred years after 1970.
    const FAR: u64 = 3_155_760_000;

    #[test]
    fn a_wrong_time_that_was_stored_shuts_no_server_out_and_goes_when_a_server_says_the_right_one() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("time"), FAR.to_string()).unwrap();
        let clock = start(data.path());
        let until = machine_time().unsigned_abs() / 1_000 + 86_400;
        let judged = |clock: &Timekeeper, until: Option<u64>| {
            let until = until.map(|until| UnixTime::since_unix_epoch(Duration::from_secs(until)));
            clock.judged_at(until).now().as_secs()
        };
        assert_eq!(judged(&clock, Some(until)), until, "not after the end of its own certificate");
        assert!(judged(&clock, None) <= machine_time().unsigned_abs() / 1_000, "a stranger does not count it");
        assert_eq!(judged(&clock, Some(0)), BUILT.unsigned_abs(), "nor before the program was built");
        assert!(judged(&clock, Some(FAR + 1)) >= FAR);
        clock.remember();
        assert_eq!(start(data.path()).0.stored.last(), i64::try_from(FAR).unwrap());
        // The session, which it lets begin, says what time it is.
        let asked = clock.elapsed();
        clock.heard(asked, machine_time(), machine_time(), asked + 20.0);
        clock.remember();
        let again = start(data.path());
        assert!((again.now() - machine_time()).abs() < 60_000, "{again:?}");
    }

    #[test]
    fn a_leap_of_the_machine_s_clock_is_not_stored() {
        let data = tempfile::tempdir().unwrap();
        let leapt = Timekeeper::beside(data.path(), Arc::new(Local), || i64::try_from(FAR).unwrap() * 1_000);
        assert_eq!(leapt.now() / 1_000, i64::try_from(FAR).unwrap());
        leapt.remember();
        assert_eq!(start(data.path()).0.stored.last(), BUILT);
    }

    #[test]
    fn the_session_corrects_a_wrong_clock() {
        let data = tempfile::tempdir().unwrap();
        let clock = start(data.path());
        let server = machine_time() - 5 * 86_400_000;
        let asked = clock.elapsed();
        clock.heard(asked, server, server, asked + 20.0);
        assert!((clock.now() - server).abs() < 60_000, "{clock:?}");
        assert_eq!(clock.origin(), Origin::Session(10.0));
        assert!(clock.offset_to_server().unwrap().abs() < 2.0);
    }

    fn orphan(stratum: u8) -> TimeService {
        let listen = Some(Listen { addresses: vec!["127.0.0.1:0".parse().unwrap()], limit: None });
        TimeService::start(Settings { mode: Mode::Own, listen, orphan_stratum: stratum, ..Settings::default() })
    }

    /// Waits until the present service answers clients, with this stratum.
    async fn answers(clock: &Timekeeper, stratum: u8) {
        let is_there = || {
            let state = clock.0.state.lock();
            state.network.as_ref().is_some_and(|(_, service, reader)| {
                service.server().unwrap().is_ok() && reader.state().quality.stratum == stratum
            })
        };
        while !is_there() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn another_server_is_followed_from_and_answered_at_the_same_port() {
        let data = tempfile::tempdir().unwrap();
        let clock = start(data.path());
        let here = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        for stratum in [10, 5] {
            let server = orphan(stratum);
            let port = server.server().unwrap().unwrap().addresses()[0].port();
            clock.follow(Settings {
                mode: Mode::Own,
                listen: Some(Listen { addresses: vec![here], limit: None }),
                sources: vec![SourceName { host: "127.0.0.1".to_owned(), port }],
                client_port: Some(here.port()),
                orphan_stratum: 0,
                ..Settings::default()
            });
            tokio::time::timeout(Duration::from_secs(60), answers(&clock, stratum + 1)).await.unwrap();
            let answer = query("127.0.0.1", here.port(), Duration::from_secs(20)).await.unwrap();
            assert_eq!((answer.stratum, answer.is_synchronised()), (stratum + 1, true));
            assert!(matches!(clock.origin(), Origin::Network(_)), "{clock:?}");
        }
    }
}
