//! How it went with the servers lately.

use std::collections::BTreeSet;

use net::control::Address;
use parking_lot::Mutex;

/// Servers that are tried last, by their addresses, until a session has begun: those that fell silent, whose addresses would cost seconds each, and those
/// that do not know this viewer yet.
#[derive(Debug, Default)]
pub struct Course(Mutex<BTreeSet<Address>>);

impl Course {
    /// The server at this address is tried last.
    pub(super) fn avoid(&self, address: &Address) {
        self.0.lock().insert(address.clone());
    }

    /// A session has begun.
    pub(super) fn begin(&self) {
        self.0.lock().clear();
    }

    /// Addresses of servers that are tried last.
    pub(super) fn avoided(&self) -> BTreeSet<Address> {
        self.0.lock().clone()
    }
}
