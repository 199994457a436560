//! What a running machine needs from this host: the time since its start, and chance.

use core::time::Duration;
use std::time::Instant;

use lan::discovery::Draw;
use uuid::Uuid;

/// Time since the machine's start, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Duration {
        self.0.elapsed()
    }

    /// Sleeps until that time; for ever if there is none.
    pub(crate) async fn sleep_until(self, at: Option<Duration>) {
        match at {
            Some(at) => tokio::time::sleep_until((self.0 + at).into()).await,
            None => std::future::pending().await,
        }
    }
}

/// A draw that nobody can guess.
pub(crate) fn draw() -> Draw {
    let id = uuid::Builder::from_random_bytes(rand::random::<[u8; 16]>()).into_uuid();
    debug_assert_ne!(id, Uuid::nil());
    Draw { id, delay: rand::random(), repeat: rand::random() }
}
