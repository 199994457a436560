//! How it went with the servers lately.

use std::collections::BTreeSet;

use control::v1;
use net::control::Address;
use parking_lot::Mutex;

/// How it went with the servers lately.
#[derive(Debug, Default)]
pub struct Course(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    /// Servers that are tried last, by their addresses, until a session has begun: those that fell silent, whose addresses would cost seconds each, and
    /// those that do not know this viewer yet.
    avoided: BTreeSet<Address>,
    /// What the last welcome named, which is on disk a little later.
    told: Option<Vec<v1::Server>>,
    /// How many sessions in a row were lost soon after they had begun.
    brief: u32,
}

/// So many brief sessions in a row are followed by the next at once.
const BRIEF: u32 = 3;

impl Course {
    /// Whether the next server is gone to at once after a session was lost. One that was `brief` may be of a server that breaks every one.
    pub(super) fn may_hurry(&self, brief: bool) -> bool {
        let mut inside = self.0.lock();
        inside.brief = if brief { inside.brief.saturating_add(1) } else { 0 };
        inside.brief <= BRIEF
    }

    /// The server at this address is tried last.
    pub(super) fn avoid(&self, address: &Address) {
        self.0.lock().avoided.insert(address.clone());
    }

    /// A session has begun, and these servers were named.
    pub(super) fn begin(&self, servers: &[v1::Server]) {
        let mut inside = self.0.lock();
        inside.avoided.clear();
        inside.told = Some(servers.to_vec());
    }

    /// This machine has no place any more.
    pub(super) fn forget(&self) {
        *self.0.lock() = Inside::default();
    }

    /// Addresses of servers that are tried last.
    pub(super) fn avoided(&self) -> BTreeSet<Address> {
        self.0.lock().avoided.clone()
    }

    /// What the last welcome named; none before the first.
    pub(super) fn told(&self) -> Option<Vec<v1::Server>> {
        self.0.lock().told.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_breaks_every_session_is_not_called_for_ever_at_once() {
        let course = Course::default();
        assert_eq!([true; 5].map(|brief| course.may_hurry(brief)), [true, true, true, false, false]);
        course.begin(&[]);
        assert!(!course.may_hurry(true), "that it was welcomed again does not make it a good one");
        assert!(course.may_hurry(false) && course.may_hurry(true));
    }
}
