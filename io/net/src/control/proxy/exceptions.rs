//! Hosts that are reached without a proxy.

use std::net::IpAddr;

/// The list of `no_proxy`: names, which also mean the names below them, addresses, networks such as `10.0.0.0/8`, or `*` for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions(Vec<Exception>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    All,
    /// In lower case, without a dot at its head.
    Name(String),
    /// An address and how many of its bits count.
    Network(IpAddr, u8),
}

impl Exceptions {
    /// Reads a list whose parts stand between commas or blanks. A part that means nothing excepts nothing.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(text.split([',', ' ', '\t']).filter(|part| !part.is_empty()).filter_map(Exception::read).collect())
    }

    /// Whether a host is on the list. Names are not looked up.
    #[must_use]
    pub fn contain(&self, host: &str) -> bool {
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let address = name.parse::<IpAddr>().ok();
        self.0.iter().any(|exception| match exception {
            Exception::All => true,
            Exception::Name(domain) => {
                address.is_none() && name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            Exception::Network(network, bits) => address.is_some_and(|address| shared(address, *network) >= *bits),
        })
    }
}

impl Exception {
    fn read(part: &str) -> Option<Self> {
        if part == "*" {
            return Some(Self::All);
        }
        let (head, bits) = part.split_once('/').map_or((part, None), |(head, bits)| (head, Some(bits)));
        let bare = head.trim_start_matches('[').trim_end_matches(']');
        let Ok(address) = bare.parse::<IpAddr>() else {
            let name = head.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
            return (bits.is_none() && !name.is_empty()).then_some(Self::Name(name));
        };
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(all), |bits| bits.parse().ok())?;
        (bits <= all).then_some(Self::Network(address, bits))
    }
}

/// How many leading bits two addresses share; 0 for different families.
fn shared(one: IpAddr, other: IpAddr) -> u8 {
    let zeros = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => 0,
    };
    u8::try_from(zeros).expect("an address has at most 128 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_list_contains() {
        let list = Exceptions::read("localhost, .example.org 10.0.0.0/8,fd00::/16,192.0.2.7,[fd11::1],*.lan,,10/99");
        for host in ["localhost", "example.org", "signs.Example.ORG.", "10.200.3.4", "fd00::9", "192.0.2.7", "fd11::1", "pi.lan"]
        {
            assert!(list.contain(host), "{host}");
        }
        for host in ["notexample.org", "11.0.0.1", "fd01::9", "192.0.2.8", "localhost.example", "lan2", "0.0.0.0", "::"] {
            assert!(!list.contain(host), "{host}");
        }
        assert!(Exceptions::read("*").contain("anything"));
        assert!(!Exceptions::default().contain("anything"));
    }

    #[test]
    fn a_network_of_all_addresses_holds_its_own_family() {
        assert!(Exceptions::read("0.0.0.0/0").contain("192.0.2.1"));
    }
}
