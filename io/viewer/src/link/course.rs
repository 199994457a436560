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
}

impl Course {
    /// The server at this address is tried last.
    pub(super) fn avoid(&self, address: &Address) {
        self.0.lock().avoided.insert(address.clone());
    }

    /// A session has begun, and these servers were named.
    pub(super) fn begin(&self, servers: &[v1::Server]) {
        *self.0.lock() = Inside { avoided: BTreeSet::new(), told: Some(servers.to_vec()) };
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
