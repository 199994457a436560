//! The search for servers, as the command line and the native viewer use it.

use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};

use lan::discovery::{Counters, Found, Link, MAX_BYTES, PORT, Search as Machine, Seek};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::clock::{Clock, draw};
use super::resolver::Resolver;
use super::sockets::Sockets;
use crate::interfaces::Interfaces;

/// The host that is asked when nothing else is known.
const LAST_RESORT: &str = "signboard";

/// What to search, and where.
#[derive(Debug, Clone)]
pub struct Request {
    /// What to look for.
    pub seek: Seek,
    /// The port that servers answer on; 3702 by the standard.
    pub port: u16,
    /// Addresses of servers that were found before.
    pub known: Vec<IpAddr>,
    /// Names or addresses that were configured.
    pub names: Vec<String>,
    /// Whether to ask the domain name system for `_signboard._tcp` and for the host `signboard`.
    pub name_system: bool,
}

impl Default for Request {
    /// Signboard servers, by all means, on the standard port.
    fn default() -> Self {
        Self { seek: Seek::Servers, port: PORT, known: Vec::new(), names: Vec::new(), name_system: true }
    }
}

/// A search that goes on until it is dropped.
#[derive(Debug)]
pub struct Search {
    machine: Machine,
    clock: Clock,
    sockets: Sockets,
    /// Learned and not handed on yet.
    news: VecDeque<Found>,
    interfaces: Interfaces,
    places: mpsc::Receiver<SocketAddr>,
    unsent: u64,
    /// Looks names up; ends with the search.
    _lookups: JoinSet<()>,
}

impl Search {
    /// Opens the sockets and begins. Call within a tokio runtime.
    ///
    /// # Errors
    /// What the system says if it grants neither an IPv4 nor an IPv6 socket, or cannot list the interfaces.
    pub fn start(request: Request) -> io::Result<Self> {
        let sockets = Sockets::open(None, request.port)?;
        let interfaces = Interfaces::new()?;
        let clock = Clock::start();
        let mut machine = Machine::new(request.seek, links(&interfaces), clock.now());
        for address in &request.known {
            machine.ask((*address, request.port).into(), clock.now(), &mut draw);
        }
        let (found, places) = mpsc::channel(16);
        let mut lookups = JoinSet::new();
        for name in request.names {
            lookups.spawn(look_up(name, request.port, found.clone()));
        }
        if request.name_system {
            lookups.spawn(async move {
                for service in Resolver::of_this_host().services("_signboard._tcp").await {
                    look_up(service.host, request.port, found.clone()).await;
                }
                look_up(LAST_RESORT.to_owned(), request.port, found).await;
            });
        }
        Ok(Self { machine, clock, sockets, news: VecDeque::new(), interfaces, places, unsent: 0, _lookups: lookups })
    }

    /// Waits until something new is learned about a target, and hands the whole target back. Waits for ever if nobody answers, so give it a time limit.
    /// May be dropped and called again at any time.
    pub async fn next(&mut self) -> Found {
        let mut bytes = vec![0; MAX_BYTES + 1];
        loop {
            if let Some(found) = self.news.pop_front() {
                return found;
            }
            self.send_due();
            tokio::select! {
                biased;
                () = self.clock.sleep_until(Some(self.machine.next_time())) => {}
                Some(place) = self.places.recv() => self.machine.ask(place, self.clock.now(), &mut draw),
                _ = self.interfaces.changed() => self.machine.set_links(links(&self.interfaces), self.clock.now()),
                () = self.sockets.ready() => {
                    let now = self.clock.now();
                    self.sockets.receive(&mut bytes, |bytes, arrival| {
                        self.news.extend(self.machine.hear(bytes, arrival.from, now, &mut draw));
                    });
                }
            }
        }
    }

    /// All that was found so far.
    pub fn found(&self) -> impl Iterator<Item = &Found> {
        self.machine.found()
    }

    /// What was heard and dropped.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.machine.counters()
    }

    /// How many questions the system would not send, as a firewall or a missing route makes it.
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.unsent
    }

    fn send_due(&mut self) {
        while let Some(transmit) = self.machine.poll(self.clock.now(), &mut draw) {
            if self.sockets.send(&transmit).is_err() {
                self.unsent += 1;
            }
        }
    }
}

/// Searches for as long as `patience`, and hands back all that was found, in the order of the endpoint addresses.
///
/// # Errors
/// As [`Search::start`].
pub async fn search(request: Request, patience: Duration) -> io::Result<Vec<Found>> {
    let mut search = Search::start(request)?;
    let _ = tokio::time::timeout(patience, async {
        loop {
            search.next().await;
        }
    })
    .await;
    Ok(search.found().cloned().collect())
}

fn links(interfaces: &Interfaces) -> Vec<Link> {
    interfaces.current().iter().map(|interface| interface.link.clone()).collect()
}

/// Looks a name up and hands on each address. A name that is not known says nothing: others may be.
async fn look_up(name: String, port: u16, found: mpsc::Sender<SocketAddr>) {
    let Ok(places) = tokio::net::lookup_host((name.as_str(), port)).await else { return };
    for place in places {
        if found.send(place).await.is_err() {
            return;
        }
    }
}
