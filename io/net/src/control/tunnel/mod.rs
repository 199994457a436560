//! The tunnel: one connection to the control port as the binary messages of a WebSocket on a web port (`docs/protocols/control.md`, section 2).
//!
//! [`Tunnel`] serves both ends. A server whose WebSocket speaks its own messages maps them to bytes first:
//!
//! ```ignore
//! let pipe = socket
//!     .filter_map(|message| ready(match message { Ok(Message::Binary(bytes)) => Some(Ok(bytes)), Ok(_) => None, Err(fault) => Some(Err(io::Error::other(fault))) }))
//!     .sink_map_err(io::Error::other)
//!     .with(|bytes| ready(Ok::<_, io::Error>(Message::Binary(bytes))));
//! let connection = Tunnel::new(pipe);
//! ```

mod open;
mod pipe;

pub use pipe::Tunnel;

pub(super) use open::{Opened, open};

/// Path of the tunnel on the web ports.
pub const PATH: &str = "/tunnel";

/// The WebSocket's subprotocol (RFC 6455 section 1.9), which the server must confirm.
pub const PROTOCOL: &str = "signboard.tunnel.v1";

/// Header of the answer that names the present control port.
pub const CONTROL_PORT: &str = "signboard-control";
