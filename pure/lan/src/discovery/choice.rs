//! What a machine needs from chance for one message, given as an argument.

use core::time::Duration;

use uuid::Uuid;

/// One draw: an id that nobody used before, and two numbers that are hard to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The id of a message.
    pub id: Uuid,
    /// Chooses the wait before the message.
    pub delay: u32,
    /// Chooses the wait before its first repeat.
    pub repeat: u32,
}

impl Draw {
    /// A wait from `least` up to and including `most`, in whole milliseconds, chosen by `number`.
    #[must_use]
    pub fn between(number: u32, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from((most.saturating_sub(least)).as_millis()).unwrap_or(u64::MAX - 1) + 1;
        least + Duration::from_millis(u64::from(number) % span)
    }
}
