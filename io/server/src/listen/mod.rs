//! Where the server answers: the web ports and the control port on every configured address, and the owner-only socket in the data folder.
//!
//! Binding and serving are two steps, so that a taken port stops the start before anything is touched.

mod accept;
mod bind;
mod connection;
mod holder;
mod host;
mod local;
mod open_files;
mod redirect;
mod serve;
mod watchdog;

use std::net::SocketAddr;

pub(crate) use accept::{Answer, Room, accept};
pub(crate) use bind::Listening;
pub use bind::{BindError, Bound, Endpoint, bind};
pub(crate) use connection::{Protocol, Windows, serve_connection};
pub use holder::Holder;
pub use host::requested_host;
pub use local::{LocalSocket, socket_path};
pub use open_files::raise_open_files;
pub use serve::{Routes, Running};

/// The other end of a web connection; every request carries it in its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Address and port of the other end, which may be a proxy.
    pub addr: SocketAddr,
    /// Whether the connection is encrypted.
    pub tls: bool,
}
