//! Another machine, by name or address, with or without a port.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::{HostName, Setting, Value};

/// A host name or an address, and the port where it is not the usual one: `ntp.example.org`, `192.0.2.1:1123`, `[2001:db8::1]:1123`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remote {
    host: String,
    port: Option<u16>,
}

impl Remote {
    /// Reads one; `None` where it is neither a host name nor an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self { host: address.to_string(), port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port != 0)?)),
            None => (text, None),
        };
        let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match in_brackets {
            Some(address) => address.parse::<Ipv6Addr>().ok()?.to_string(),
            None => match host.parse::<std::net::Ipv4Addr>() {
                Ok(address) => address.to_string(),
                Err(_) => HostName::parse(host)?.to_string(),
            },
        };
        Some(Self { host, port })
    }

    /// The name, or the address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, or the usual one.
    #[must_use]
    pub fn port_or(&self, usual: u16) -> u16 {
        self.port.unwrap_or(usual)
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            None => f.write_str(&self.host),
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
        }
    }
}

impl Setting for Remote {
    const LEGAL: &'static str = "a host name or address, with :port where it is not the usual one";

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.text()?)
    }

    fn show(&self) -> String {
        format!("{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Remote;

    #[test]
    fn names_and_addresses_of_both_families_with_and_without_port() {
        for text in
            ["ntp.example.org", "ntp.example.org:1123", "192.0.2.1", "192.0.2.1:1123", "2001:db8::1", "[2001:db8::1]:1123"]
        {
            assert_eq!(Remote::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Remote::parse("[::1]:5").unwrap().host(), "::1");
        assert_eq!(Remote::parse("host").unwrap().port_or(123), 123);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", ":123", "a b", "host:", "host:0", "host:70000", "[host]:1", "1.2.3.4.5", "http://host"] {
            assert_eq!(Remote::parse(text), None, "{text}");
        }
    }
}
