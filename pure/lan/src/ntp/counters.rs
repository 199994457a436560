//! What was answered, sent and dropped, by reason. For `/metrics`; nothing is logged per packet.

use super::report::Report;
use super::server::DropReason;

/// Counts of a server since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerCounters {
    /// Questions answered with the time.
    pub answered: u64,
    /// Questions answered with the kiss `RATE`.
    pub limited: u64,
    dropped: [u64; DropReason::ALL.len()],
}

impl ServerCounters {
    /// Questions dropped for a reason.
    #[must_use]
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize]
    }

    /// Every reason and its count, in a fixed order.
    pub fn all_dropped(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        DropReason::ALL.into_iter().map(|reason| (reason, self.dropped(reason)))
    }

    pub(super) fn drop(&mut self, reason: DropReason) {
        self.dropped[reason as usize] += 1;
    }

    /// Adds another server's counts: one server has a socket for each address family.
    pub fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.limited += other.limited;
        for (mine, theirs) in self.dropped.iter_mut().zip(other.dropped) {
            *mine += theirs;
        }
    }
}

/// Counts of one source that is asked, since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientCounters {
    /// Questions sent.
    pub sent: u64,
    /// Answers that became a sample.
    pub accepted: u64,
    dropped: [u64; Report::ALL.len()],
}

impl ClientCounters {
    /// Answers dropped for a reason.
    #[must_use]
    pub fn dropped(&self, reason: Report) -> u64 {
        self.dropped[reason as usize]
    }

    /// Every reason and its count, in a fixed order.
    pub fn all_dropped(&self) -> impl Iterator<Item = (Report, u64)> + '_ {
        Report::ALL.into_iter().map(|reason| (reason, self.dropped(reason)))
    }

    pub(super) fn drop(&mut self, reason: Report) {
        self.dropped[reason as usize] += 1;
    }
}
