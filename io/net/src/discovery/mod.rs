//! Discovery on this host: the responder of a server and the search of a viewer (`docs/protocols/discovery.md`).

mod announcement;
mod clock;
mod resolver;
mod search;
mod service;
mod socket;
mod sockets;

pub use resolver::Resolver;
pub use search::{Request, Search, search};
pub use service::{Service, Settings, StartError, Stats};
