//! Where a server answers, and on which ways.

use core::fmt;
use core::str::FromStr;

use control::v1;
use thiserror::Error;

/// Port of the control protocol, unless a server says otherwise.
const CONTROL_PORT: u16 = 7237;
const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// A way to the control port of a server (`docs/protocols/control.md`, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// The control port itself.
    Control,
    /// The tunnel through the HTTPS port.
    Https,
    /// The tunnel through the HTTP port.
    Http,
}

impl Way {
    /// Stable name: `control`, `https` or `http`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Where a server answers. A port of 0 is closed and not tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// Host name or address; an IPv6 address stands without brackets.
    pub host: String,
    /// Port of the control protocol.
    pub control_port: u16,
    /// Port of HTTPS.
    pub https_port: u16,
    /// Port of HTTP.
    pub http_port: u16,
}

impl Address {
    /// A host with the usual ports: 7237, 443 and 80.
    #[must_use]
    pub fn usual(host: impl Into<String>) -> Self {
        Self { host: host.into(), control_port: CONTROL_PORT, https_port: HTTPS_PORT, http_port: HTTP_PORT }
    }

    /// What a server said of itself or of another; `None` if a port is beyond 65535, the host is empty, or nothing is open.
    #[must_use]
    pub fn told(server: &v1::Server) -> Option<Self> {
        let port = |port: u32| u16::try_from(port).ok();
        let address = Self {
            host: server.host.clone(),
            control_port: port(server.control_port)?,
            https_port: port(server.https_port)?,
            http_port: port(server.http_port)?,
        };
        (!address.host.is_empty() && address.ways().next().is_some()).then_some(address)
    }

    /// The ways that are open, in the order in which they are tried, with their ports.
    pub fn ways(&self) -> impl Iterator<Item = (Way, u16)> {
        [(Way::Control, self.control_port), (Way::Https, self.https_port), (Way::Http, self.http_port)]
            .into_iter()
            .filter(|(_, port)| *port != 0)
    }

    /// The port of a way; 0 if it is closed.
    #[must_use]
    pub fn port(&self, way: Way) -> u16 {
        match way {
            Way::Control => self.control_port,
            Way::Https => self.https_port,
            Way::Http => self.http_port,
        }
    }

    /// Host and port of a way as they stand in a URI's authority (RFC 3986 section 3.2).
    #[must_use]
    pub fn authority(&self, way: Way) -> String {
        authority(&self.host, self.port(way))
    }
}

/// Host and port with brackets round an IPv6 address.
pub(super) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// A text is not the address of a server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not the address of a server; write `signage.example.org`, `10.0.0.5:7237`, `[fd00::5]:7237` or `https://signage.example.org`"
)]
pub struct AddressError(String);

impl FromStr for Address {
    type Err = AddressError;

    /// Reads `host` (all usual ports), `host:port` (that control port, usual web ports), `https://host[:port]` or `http://host[:port]` (that tunnel alone).
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError(text.to_owned());
        let text_given = text.trim();
        let (way, rest) = if let Some(rest) = text_given.strip_prefix("https://") {
            (Some(Way::Https), rest.strip_suffix('/').unwrap_or(rest))
        } else if let Some(rest) = text_given.strip_prefix("http://") {
            (Some(Way::Http), rest.strip_suffix('/').unwrap_or(rest))
        } else {
            (None, text_given)
        };
        let (host, port) = split(rest).ok_or_else(wrong)?;
        let closed = Self { host: host.to_owned(), control_port: 0, https_port: 0, http_port: 0 };
        Ok(match way {
            None => Self { control_port: port.unwrap_or(CONTROL_PORT), ..Self::usual(host) },
            Some(Way::Http) => Self { http_port: port.unwrap_or(HTTP_PORT), ..closed },
            Some(_) => Self { https_port: port.unwrap_or(HTTPS_PORT), ..closed },
        })
    }
}

/// Splits `host`, `host:port`, `[v6]`, `[v6]:port` and a bare IPv6 address.
pub(super) fn split(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
    } else if text.parse::<std::net::Ipv6Addr>().is_ok() {
        (text, None)
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let legal = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
        None => None,
    };
    legal.then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(text: &str) -> (String, [u16; 3]) {
        let address: Address = text.parse().unwrap();
        (address.host, [address.control_port, address.https_port, address.http_port])
    }

    #[test]
    fn addresses_are_read() {
        assert_eq!(ports("signage.example.org"), ("signage.example.org".into(), [7237, 443, 80]));
        assert_eq!(ports("10.0.0.5:7240"), ("10.0.0.5".into(), [7240, 443, 80]));
        assert_eq!(ports("[fd00::5]:7240"), ("fd00::5".into(), [7240, 443, 80]));
        assert_eq!(ports("fd00::5"), ("fd00::5".into(), [7237, 443, 80]));
        assert_eq!(ports("https://signs:8443/"), ("signs".into(), [0, 8443, 0]));
        assert_eq!(ports("http://signs"), ("signs".into(), [0, 0, 80]));
    }

    #[test]
    fn what_is_no_address_is_refused_by_name() {
        for text in ["", ":7237", "a b", "host:0", "host:70000", "[fd00::5", "[name]:1", "https://host/path", "user@host"] {
            let fault = text.parse::<Address>().unwrap_err();
            assert!(fault.to_string().starts_with(&format!("`{text}` is not")), "{fault}");
        }
    }

    #[test]
    fn closed_ports_are_no_ways() {
        let told = |control_port, https_port, http_port| {
            Address::told(&v1::Server { host: "signs".into(), control_port, https_port, http_port, ..v1::Server::default() })
        };
        assert_eq!(told(7237, 0, 80).unwrap().ways().collect::<Vec<_>>(), [(Way::Control, 7237), (Way::Http, 80)]);
        assert_eq!(told(0, 0, 0), None);
        assert_eq!(told(70_000, 443, 80), None);
    }

    #[test]
    fn brackets_stand_round_ipv6_alone() {
        assert_eq!(Address::usual("fd00::5").authority(Way::Https), "[fd00::5]:443");
        assert_eq!(Address::usual("signs").authority(Way::Control), "signs:7237");
    }
}
