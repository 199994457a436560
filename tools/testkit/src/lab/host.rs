//! One host of a segment.

use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use super::capture::Capture;
use super::card::Card;
use super::filter::{self, Filter};
use super::namespace::Namespace;
use super::program::Program;
use super::relay::Path;
use super::segment::Segment;

/// A host: a network namespace with a loopback device and at least one card. Its default route is its first card.
#[derive(Debug)]
pub struct Host {
    name: String,
    namespace: Arc<Namespace>,
    first: Card,
}

impl Host {
    pub(super) fn new(name: &str, segment: &Segment, path: Option<Path>) -> anyhow::Result<Self> {
        let namespace = Arc::new(Namespace::new()?);
        let first = segment.switch.plug(&namespace, "eth0", path)?;
        super::ip::run(&namespace, &["route", "add", "default", "dev", first.name()])?;
        Ok(Self { name: name.to_owned(), namespace, first })
    }

    /// The name that the test gave it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The card that it was made with, `eth0`.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.first
    }

    /// Plugs one more card, called `name` (such as `eth1`); it is unplugged when the returned card is dropped.
    ///
    /// # Errors
    /// If the kernel refuses, such as a name that is taken.
    pub fn plug(&self, segment: &Segment, name: &str) -> anyhow::Result<Card> {
        segment.switch.plug(&self.namespace, name, None)
    }

    /// Runs `work` on a thread of this host and waits for it. Sockets that it makes belong to the host for good and may be used from
    /// anywhere; so do the threads and programs that it starts. A runtime that is built inside works inside.
    ///
    /// `/sys` shows the devices of the host. `/proc/net` does not (it follows the process): read `/proc/thread-self/net`.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.namespace.enter(work)
    }

    /// Runs `work` on a thread of this host and goes on at once.
    pub fn spawn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
        let namespace = Arc::clone(&self.namespace);
        thread::spawn(move || namespace.enter(work))
    }

    /// Runs a program to its end. Programs of administrators are found as well.
    ///
    /// # Errors
    /// If it cannot be started. How it ended is in the output.
    pub fn run(&self, command: &mut Command) -> std::io::Result<Output> {
        self.enter(|| command.env("PATH", super::ip::path()).output())
    }

    /// Starts a program, found as in [`Self::run`]; it is ended when the returned value is dropped. Its standard output and error are kept as lines.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(&self, command: &mut Command) -> anyhow::Result<Program> {
        self.enter(|| Program::start(command.env("PATH", super::ip::path())))
    }

    /// Loads rules in the language of nftables.
    ///
    /// # Errors
    /// What `nft` says about them.
    pub fn nft(&self, rules: &str) -> anyhow::Result<()> {
        filter::load(&self.namespace, rules)
    }

    /// Drops what comes in and matches, such as `udp dport 3702`, until the filter is dropped itself.
    ///
    /// # Errors
    /// What `nft` says about the match.
    pub fn drop_incoming(&self, matching: &str) -> anyhow::Result<Filter> {
        Filter::new(&self.namespace, "input", matching)
    }

    /// Drops what goes out and matches, such as `udp dport { 7, 9 }`, until the filter is dropped itself. A program that sends is told
    /// so by the kernel (*operation not permitted*).
    ///
    /// # Errors
    /// What `nft` says about the match.
    pub fn drop_outgoing(&self, matching: &str) -> anyhow::Result<Filter> {
        Filter::new(&self.namespace, "output", matching)
    }

    /// Listens to every frame that the card called `name` takes in from now on.
    ///
    /// # Errors
    /// If there is no such card.
    pub fn capture(&self, name: &str) -> anyhow::Result<Capture> {
        self.enter(|| Capture::new(name))
    }
}
