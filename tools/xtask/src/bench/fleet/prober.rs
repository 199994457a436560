//! Somebody who uses the API meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::super::client::Client;

/// Between two requests.
const PAUSE: Duration = Duration::from_millis(20);

/// A thread that asks for a list of screens again and again.
pub(super) struct Prober {
    ended: Arc<AtomicBool>,
    thread: thread::JoinHandle<Vec<Duration>>,
}

/// How long answers took.
pub(super) struct Latency {
    pub(super) requests: usize,
    pub(super) p99: Duration,
    pub(super) slowest: Duration,
}

impl Prober {
    pub(super) fn start(mut client: Client) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ended);
        let thread = thread::spawn(move || {
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let asked = Instant::now();
                // A refusal counts with the time that it took.
                let _ = client.json("GET", "/api/v1/viewers?limit=50", "");
                times.push(asked.elapsed());
                thread::sleep(PAUSE);
            }
            times
        });
        Self { ended, thread }
    }

    pub(super) fn end(self) -> Latency {
        self.ended.store(true, Ordering::Relaxed);
        let mut times = self.thread.join().unwrap_or_default();
        times.sort();
        let p99 = times.get((times.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
        Latency { requests: times.len(), p99, slowest: times.last().copied().unwrap_or_default() }
    }
}
