//! Firewall rules for the ports of an installation, as text for the usual firewalls.
//!
//! The rules follow the table of ports and the numbers in effect, so that a moved port moves them too. Writing them is pure; loading
//! them is the operator's decision.

mod firewalld;
mod iptables;
mod nftables;
mod rule;
mod ufw;
mod windows;

pub use rule::{End, Role, Rule};

use crate::ports::Port;

/// The firewall that reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A file for `nft -f` (nftables).
    Nftables,
    /// Commands of ufw, the firewall front end of Ubuntu.
    Ufw,
    /// Commands of `firewall-cmd` (firewalld).
    Firewalld,
    /// PowerShell commands of Windows' firewall.
    Windows,
    /// Commands of `iptables` and `ip6tables`.
    Iptables,
}

impl Format {
    /// Every format with the word that names it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("nftables", Self::Nftables),
        ("ufw", Self::Ufw),
        ("firewalld", Self::Firewalld),
        ("windows", Self::Windows),
        ("iptables", Self::Iptables),
    ];
}

/// Whether what this machine calls is narrowed too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Every outgoing connection stays allowed, as most sites have it.
    Open,
    /// Only the rows of the table, name resolution and address assignment may leave the machine.
    Narrow,
}

/// The rules of a role, as text with a line's end after each line.
///
/// `number` gives the number in effect of a row of the table, or of [`crate::ports::NEARBY`]; `None` where it is switched off.
#[must_use]
pub fn text(role: Role, format: Format, outgoing: Outgoing, number: impl Fn(&Port) -> Option<u16>) -> String {
    let rules: Vec<Rule> =
        role.rules(number).into_iter().filter(|rule| rule.is_inbound() || outgoing == Outgoing::Narrow).collect();
    match format {
        Format::Nftables => nftables::text(role, outgoing, &rules),
        Format::Ufw => ufw::text(role, outgoing, &rules),
        Format::Firewalld => firewalld::text(role, outgoing, &rules),
        Format::Windows => windows::text(role, outgoing, &rules),
        Format::Iptables => iptables::text(role, outgoing, &rules),
    }
}

/// What a machine needs besides the table when its outgoing traffic is narrowed: number, whether UDP, purpose.
const OUTGOING_NEEDS: [(u16, crate::ports::Protocol, &str); 4] = [
    (53, crate::ports::Protocol::Udp, "name resolution (DNS)"),
    (53, crate::ports::Protocol::Tcp, "name resolution (DNS)"),
    (67, crate::ports::Protocol::Udp, "address assignment (DHCP)"),
    (547, crate::ports::Protocol::Udp, "address assignment (DHCPv6)"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports;

    fn moved(port: &Port) -> Option<u16> {
        Some(if port.number == ports::CONTROL { 7300 } else { port.number })
    }

    #[test]
    fn a_moved_port_moves_every_format() {
        for (name, format) in Format::ALL {
            for outgoing in [Outgoing::Open, Outgoing::Narrow] {
                let text = text(Role::Server, format, outgoing, moved);
                assert!(text.contains("7300"), "{name}: {text}");
                assert!(!text.contains("7237"), "{name}: {text}");
            }
        }
    }

    #[test]
    fn a_row_that_is_off_opens_nothing() {
        for (name, format) in Format::ALL {
            let text = text(Role::Server, format, Outgoing::Open, |port| (port.number != ports::TIME).then_some(port.number));
            assert!(!text.contains("123"), "{name}: {text}");
            assert!(text.contains("3702"), "{name}: {text}");
        }
    }

    #[test]
    fn the_broker_is_never_opened() {
        for (name, format) in Format::ALL {
            let text = text(Role::Server, format, Outgoing::Narrow, |port| Some(port.number));
            assert!(!text.contains("5672") && !text.contains("5671"), "{name}: {text}");
        }
    }

    #[test]
    fn a_viewer_lets_answers_to_a_search_by_multicast_in() {
        let text = text(Role::Viewer, Format::Nftables, Outgoing::Open, |port| Some(port.number));
        assert!(text.contains("udp sport 3702"), "{text}");
    }

    #[test]
    fn every_line_of_every_format_is_free_of_open_quotes() {
        for (name, format) in Format::ALL {
            for (_, role) in Role::ALL {
                for line in text(role, format, Outgoing::Narrow, |port| Some(port.number)).lines() {
                    let quotes = line.matches('"').count() + line.matches('\'').count();
                    assert_eq!(quotes % 2, 0, "{name}: {line}");
                }
            }
        }
    }
}
