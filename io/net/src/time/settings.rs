//! How the service behaves.

use std::net::SocketAddr;

use lan::ntp::{Limit, PollRange};

/// Where the time that is served comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The system's clock while it is synchronised, else a clock of our own.
    #[default]
    Auto,
    /// The system's clock.
    System,
    /// A clock of our own that follows the sources.
    Own,
}

/// Answering clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Listen {
    /// Addresses and ports; usually the unspecified address of each family. A family that this host does not have is passed over.
    pub addresses: Vec<SocketAddr>,
    /// How often one source is answered; `None` for as often as it asks.
    pub limit: Option<Limit>,
}

impl Listen {
    /// Every address of both families, with the usual limit.
    #[must_use]
    pub fn everywhere(port: u16) -> Self {
        let addresses = [SocketAddr::from(([0, 0, 0, 0], port)), SocketAddr::from(([0_u16; 8], port))];
        Self { addresses: addresses.into(), limit: Some(Limit::default()) }
    }
}

/// A source by name or address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceName {
    /// Host name or address, without brackets.
    pub host: String,
    /// UDP port, usually 123.
    pub port: u16,
}

/// How the service behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where the time comes from.
    pub mode: Mode,
    /// Where clients are answered; `None` for nowhere.
    pub listen: Option<Listen>,
    /// The upstream sources that a clock of our own follows.
    pub sources: Vec<SourceName>,
    /// The port that sources are asked from; `None` lets the kernel choose.
    pub client_port: Option<u16>,
    /// Bounds of the poll exponent.
    pub poll: PollRange,
    /// Stratum without sources, 1 to 15; 0 says "not synchronised" instead.
    pub orphan_stratum: u8,
}

impl Default for Settings {
    /// Mode `auto`, nobody answered, no sources, orphan stratum 10.
    fn default() -> Self {
        Self {
            mode: Mode::Auto,
            listen: None,
            sources: Vec::new(),
            client_port: None,
            poll: PollRange::default(),
            orphan_stratum: 10,
        }
    }
}
