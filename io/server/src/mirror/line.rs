//! The way to another server: how fast files may go over it, and how much went.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::id::ServerId;
use net::control::Pace;
use parking_lot::Mutex;
use tokio::sync::watch;

/// The way to one server.
#[derive(Debug)]
pub(crate) struct Line {
    /// What comes.
    pub(super) receive: Gate,
    /// What goes.
    pub(super) send: Gate,
}

/// One direction.
#[derive(Debug)]
pub(super) struct Gate {
    pace: Pace,
    /// Bytes per second; none = unlimited, 0 = closed.
    rate: watch::Sender<Option<u64>>,
    passed: AtomicU64,
}

/// The ways to all servers.
#[derive(Debug, Default)]
pub(crate) struct Lines(Mutex<BTreeMap<ServerId, Arc<Line>>>);

impl Lines {
    /// The way to this server.
    pub(crate) fn of(&self, server: ServerId) -> Arc<Line> {
        let mut lines = self.0.lock();
        Arc::clone(lines.entry(server).or_insert_with(|| Arc::new(Line { receive: Gate::open(), send: Gate::open() })))
    }
}

impl Line {
    /// Limits both directions, in bytes per second: none = unlimited, 0 = nothing but what is urgent. Returns whether something changed.
    pub(super) fn limit(&self, receive: Option<u64>, send: Option<u64>) -> bool {
        let received = self.receive.set(receive);
        self.send.set(send) || received
    }

    /// What holds now, in bytes per second: what may be received and what may be sent.
    pub(crate) fn limits(&self) -> (Option<u64>, Option<u64>) {
        (self.receive.rate(), self.send.rate())
    }

    /// Bytes of files that were received and sent since this server started.
    pub(crate) fn passed(&self) -> (u64, u64) {
        (self.receive.passed.load(Ordering::Relaxed), self.send.passed.load(Ordering::Relaxed))
    }
}

impl Gate {
    fn open() -> Self {
        Self { pace: Pace::new(0), rate: watch::Sender::new(None), passed: AtomicU64::new(0) }
    }

    fn set(&self, rate: Option<u64>) -> bool {
        self.pace.set(rate.unwrap_or(0));
        self.rate.send_if_modified(|known| std::mem::replace(known, rate) != rate)
    }

    /// Bytes per second; none = unlimited, 0 = closed.
    pub(super) fn rate(&self) -> Option<u64> {
        *self.rate.borrow()
    }

    /// Waits until so many bytes may pass. What is urgent never waits.
    pub(super) async fn pass(&self, bytes: usize, urgent: bool) {
        if !urgent && self.rate().is_some() {
            // The other end of the channel lives as long as this.
            let _ = self.rate.subscribe().wait_for(|rate| *rate != Some(0)).await;
            self.pace.take(bytes).await;
        }
        self.passed.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_closed_way_lets_only_the_urgent_pass_until_it_opens() {
        let lines = Lines::default();
        let line = lines.of(ServerId::default());
        assert!(line.limit(Some(0), Some(1_000)) && !line.limit(Some(0), Some(1_000)));
        assert_eq!(line.limits(), (Some(0), Some(1_000)));
        line.receive.pass(500, true).await;
        let mut waiting = pin!(line.receive.pass(7, false));
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        assert_eq!(line.passed(), (500, 0), "what waits has not passed");
        assert!(line.limit(None, Some(1_000)));
        waiting.await;
        line.send.pass(100, false).await;
        assert_eq!(lines.of(ServerId::default()).passed(), (507, 100));
    }
}
