//! Where bytes came from, and how fast.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Bytes of a transfer below which it says nothing of how fast a source is.
const TELLING: u64 = 256 << 10;

/// Sums since the program started.
#[derive(Debug, Default)]
pub struct Sums {
    from_servers: AtomicU64,
    from_neighbours: AtomicU64,
    to_neighbours: AtomicU64,
    /// Bytes per second of the last telling transfer; 0 = none yet.
    server_speed: AtomicU64,
    neighbour_speed: AtomicU64,
}

impl Sums {
    /// Bytes of files that came from servers.
    #[must_use]
    pub fn from_servers(&self) -> u64 {
        self.from_servers.load(Ordering::Relaxed)
    }

    /// Bytes of files that came from neighbours and were right.
    #[must_use]
    pub fn from_neighbours(&self) -> u64 {
        self.from_neighbours.load(Ordering::Relaxed)
    }

    /// Bytes of files that went to neighbours.
    #[must_use]
    pub fn to_neighbours(&self) -> u64 {
        self.to_neighbours.load(Ordering::Relaxed)
    }

    /// Notes bytes that came from a server.
    pub fn add_from_server(&self, bytes: u64) {
        self.from_servers.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes bytes that came from a neighbour and were right.
    pub fn add_from_neighbour(&self, bytes: u64) {
        self.from_neighbours.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes bytes that went to a neighbour.
    pub fn add_to_neighbour(&self, bytes: u64) {
        self.to_neighbours.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes how long so many bytes took from a server that was not held back by a limit.
    pub fn time_server(&self, bytes: u64, took: Duration) {
        note(&self.server_speed, bytes, took);
    }

    /// Notes how long so many bytes took from a neighbour.
    pub fn time_neighbour(&self, bytes: u64, took: Duration) {
        note(&self.neighbour_speed, bytes, took);
    }

    /// Whether neighbours are known to be faster than the server; not while either is unknown.
    #[must_use]
    pub fn neighbours_are_faster(&self) -> bool {
        let (server, neighbour) = (self.server_speed.load(Ordering::Relaxed), self.neighbour_speed.load(Ordering::Relaxed));
        server > 0 && neighbour > server
    }
}

fn note(speed: &AtomicU64, bytes: u64, took: Duration) {
    if bytes >= TELLING {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        speed.store((bytes.saturating_mul(1_000) / millis).max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_faster_where_both_are_known_to_be_so() {
        let (sums, second) = (Sums::default(), Duration::from_secs(1));
        assert!(!sums.neighbours_are_faster());
        sums.time_neighbour(10 << 20, second);
        assert!(!sums.neighbours_are_faster(), "nobody knows how fast the server is");
        sums.time_server(1 << 20, second);
        assert!(sums.neighbours_are_faster());
        sums.time_server(20 << 20, second);
        assert!(!sums.neighbours_are_faster());
        sums.time_server(1_000, second);
        assert!(!sums.neighbours_are_faster(), "a small file says nothing");
    }
}
