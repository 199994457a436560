//! The responder of a server: the machine of `lan::discovery`, driven by sockets.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use lan::discovery::{Card, Counters, Link, MAX_BYTES, Responder};
use thiserror::Error;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::announcement::Announcement;
use super::clock::{Clock, draw};
use super::sockets::Sockets;
use crate::interfaces::{Interface, Interfaces};

/// What a responder is started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's id, the same at every start.
    pub endpoint: Uuid,
    /// What it says about itself.
    pub card: Card,
    /// The port; 3702 by the standard.
    pub port: u16,
    /// The Unix time of this start, in seconds.
    pub started: u32,
    /// Only interfaces that own one of these addresses are served; the unspecified address of either family stands for all.
    pub addresses: Vec<IpAddr>,
    /// Whether to announce by multicast DNS too.
    pub multicast_dns: bool,
}

/// Why a responder does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The interfaces cannot be listed.
    #[error("the network interfaces cannot be listed: {0}")]
    Interfaces(io::Error),
    /// Neither IPv4 nor IPv6 has the port.
    #[error("UDP port {port} cannot be opened for discovery: {error}; set discovery.port or discovery.enabled = false")]
    Bind {
        /// The port.
        port: u16,
        /// What the system says of IPv4.
        error: io::Error,
    },
}

/// How a responder is doing.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// What was heard, answered and dropped.
    pub counters: Counters,
    /// Messages that the system would not send.
    pub send_failures: u64,
    /// The interfaces that are served.
    pub interfaces: Vec<Interface>,
    /// Why an interface's group could not be joined: its name and what the system says.
    pub join_failures: Vec<(String, String)>,
}

/// A responder that runs.
#[derive(Debug)]
pub struct Service {
    card: watch::Sender<Card>,
    stats: Arc<Mutex<Stats>>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Service {
    /// Opens the sockets, greets the network and answers from then on. Call within a tokio runtime.
    ///
    /// One family is enough: on a host without IPv6, only IPv4 is served.
    ///
    /// # Errors
    /// [`StartError`], which names the port and the remedy.
    pub fn start(settings: Settings) -> Result<Self, StartError> {
        let port = settings.port;
        let sockets = Sockets::open(Some(port), port).map_err(|error| StartError::Bind { port, error })?;
        let interfaces = Interfaces::new().map_err(StartError::Interfaces)?;
        let (card, cards) = watch::channel(settings.card.clone());
        let (stop, stopped) = oneshot::channel();
        let stats = Arc::new(Mutex::new(Stats::default()));
        let clock = Clock::start();
        let announcement = if settings.multicast_dns {
            Announcement::start(settings.endpoint, &settings.card, &settings.addresses)
        } else {
            None
        };
        let driver = Driver {
            addresses: settings.addresses,
            machine: Responder::new(settings.endpoint, settings.card, settings.started, clock.now()),
            clock,
            sockets,
            joined: Vec::new(),
            stats: Arc::clone(&stats),
            announcement,
        };
        let task = tokio::spawn(driver.run(interfaces, cards, stopped));
        Ok(Self { card, stats, stop, task })
    }

    /// Says something new from now on; everybody is greeted if it differs.
    pub fn set_card(&self, card: Card) {
        self.card.send_if_modified(|old| {
            let differs = *old != card;
            *old = card;
            differs
        });
    }

    /// How it is doing.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says goodbye and ends: takes up to a quarter of a second.
    pub async fn stop(self) {
        // Both fail only if the task is gone already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Whether the server answers at an address of the interface.
pub(super) fn is_wanted(interface: &Interface, addresses: &[IpAddr]) -> bool {
    let own = |address: &IpAddr| address.is_unspecified() || interface.link.addresses.iter().any(|(own, _)| own == address);
    addresses.iter().any(own)
}

struct Driver {
    addresses: Vec<IpAddr>,
    machine: Responder,
    clock: Clock,
    sockets: Sockets,
    joined: Vec<Link>,
    stats: Arc<Mutex<Stats>>,
    announcement: Option<Announcement>,
}

impl Driver {
    async fn run(mut self, mut interfaces: Interfaces, mut cards: watch::Receiver<Card>, mut stopped: oneshot::Receiver<()>) {
        self.serve(interfaces.current());
        let mut bytes = vec![0; MAX_BYTES + 1];
        loop {
            self.send_due();
            self.note();
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                () = self.clock.sleep_until(self.machine.next_time()) => {}
                changed = interfaces.changed() => self.serve(changed),
                Ok(()) = cards.changed() => {
                    let card = cards.borrow_and_update().clone();
                    if let Some(announcement) = &mut self.announcement {
                        announcement.set(&card);
                    }
                    self.machine.set_card(card, self.clock.now(), &mut draw);
                }
                // Last, so that a flood keeps nothing else from its turn.
                () = self.sockets.ready() => {
                    let now = self.clock.now();
                    self.sockets.receive(&mut bytes, |bytes, arrival| self.machine.hear(bytes, arrival, now, &mut draw));
                }
            }
        }
        self.machine.leave(self.clock.now(), &mut draw);
        while let Some(at) = self.machine.next_time() {
            self.clock.sleep_until(Some(at)).await;
            self.send_due();
        }
        if let Some(announcement) = self.announcement.take() {
            announcement.stop().await;
        }
    }

    /// Joins and leaves groups, and tells the machine.
    fn serve(&mut self, interfaces: &[Interface]) {
        let interfaces: Vec<Interface> = interfaces.iter().filter(|one| is_wanted(one, &self.addresses)).cloned().collect();
        let interfaces = interfaces.as_slice();
        let links: Vec<Link> = interfaces.iter().map(|interface| interface.link.clone()).collect();
        for gone in self.joined.iter().filter(|old| links.iter().all(|link| link.index != old.index)) {
            self.sockets.leave(gone.index);
        }
        let mut failures = Vec::new();
        for interface in interfaces {
            // Joined again each time: an interface that went down and came back under its index has lost its memberships.
            failures.extend(self.sockets.join(&interface.link).iter().map(|error| (interface.name.clone(), error.to_string())));
        }
        for (name, error) in &failures {
            tracing::warn!(interface = %name, %error, "multicast for discovery cannot be received here; unicast questions are still answered");
        }
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        stats.interfaces = interfaces.to_vec();
        stats.join_failures = failures;
        drop(stats);
        self.joined.clone_from(&links);
        self.machine.set_links(links, self.clock.now(), &mut draw);
    }

    fn send_due(&mut self) {
        while let Some(transmit) = self.machine.poll(self.clock.now()) {
            if self.sockets.send(&transmit).is_err() {
                self.stats.lock().unwrap_or_else(PoisonError::into_inner).send_failures += 1;
            }
        }
    }

    fn note(&self) {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).counters = self.machine.counters();
    }
}
