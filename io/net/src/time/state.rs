//! The time as it is served: from which clock, and how good. One writer publishes it, the server and everybody else read it.

use lan::ntp::{Quality, Utc, VirtualClock};
use tokio::sync::watch;

use super::reading::Reading;

/// Where the time of day comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Timeline {
    /// The system's clock.
    System,
    /// A clock of our own over the raw monotonic one.
    Own(VirtualClock),
}

impl Timeline {
    /// The time of day at a moment.
    #[must_use]
    pub fn at(&self, reading: Reading) -> Utc {
        match self {
            Self::System => reading.system,
            Self::Own(clock) => clock.at(reading.raw),
        }
    }
}

/// A clock and what it says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeState {
    /// The clock.
    pub timeline: Timeline,
    /// Its quality.
    pub quality: Quality,
}

impl TimeState {
    /// The greatest error of the clock at a moment, in seconds; `None` while it follows nothing.
    #[must_use]
    pub fn error_bound(&self, reading: Reading) -> Option<f64> {
        self.quality.follows().then(|| self.quality.distance_at(reading.raw))
    }
}

/// A reader of the time. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock {
    state: watch::Receiver<TimeState>,
}

impl Clock {
    pub(super) fn new(state: watch::Receiver<TimeState>) -> Self {
        Self { state }
    }

    /// The time of day now.
    #[must_use]
    pub fn now(&self) -> Utc {
        self.at(Reading::now())
    }

    /// The time of day at a moment of late.
    #[must_use]
    pub fn at(&self, reading: Reading) -> Utc {
        self.state.borrow().timeline.at(reading)
    }

    /// The greatest error now, in seconds; `None` while the clock follows nothing.
    #[must_use]
    pub fn error_bound(&self) -> Option<f64> {
        self.state.borrow().error_bound(Reading::now())
    }

    /// The state as it was last published.
    #[must_use]
    pub fn state(&self) -> TimeState {
        self.state.borrow().clone()
    }

    /// Waits for the next change of the state. `false` when the service has stopped.
    pub async fn changed(&mut self) -> bool {
        self.state.changed().await.is_ok()
    }
}
