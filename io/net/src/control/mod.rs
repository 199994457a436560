//! The dialling end of the control port (`docs/protocols/control.md`), of viewers and of servers: how it finds a way to a server, whom it trusts, and what it can ask.
//!
//! [`Dialer::dial`] races the [ways](Way) to each [`Address`] and hands back a [`Link`]; a link enrols, renews, opens sessions and gives [`Media`], from which [`Fetch`] makes
//! verified files. Who a device is stands in its [`Identity`], whom it believes in [`Trust`]. Storing both is the caller's.

mod address;
mod certificate;
mod dialer;
mod fault;
mod fetch;
mod files;
mod identity;
mod judge;
mod key;
mod link;
mod media;
mod neighbour;
mod pace;
mod part;
mod proxy;
mod race;
mod replication;
mod route;
mod secure;
mod trust;
pub mod tunnel;
mod wire;

pub use address::{Address, AddressError, Way};
pub use certificate::{CertificateFault, ServerCertificate};
pub use dialer::Dialer;
pub use fault::{DialFault, DialReport, LinkError, Tried};
pub use fetch::{Fetch, FetchFault};
pub use identity::{Identity, IdentityError};
pub use key::{Key, KeyError};
pub use link::{Incoming, Link};
pub use media::{Media, MediaFault, Piece};
pub use neighbour::{Called, Doorway, NeighbourFault, Pin};
pub use pace::Pace;
pub use part::Part;

pub use proxy::{Exceptions, Proxy, ProxyError, ProxyFault};
pub use replication::LONGEST_FRAME;
pub use trust::{JudgedAt, Trust};
pub use wire::Windows;

pub use rustls::pki_types::UnixTime;
