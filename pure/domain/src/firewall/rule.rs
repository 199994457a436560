//! What one machine must let through, apart from any firewall's language.

use crate::ports::{self, Direction, Party, Port, Protocol};

/// What the machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The main server, or the only one.
    Server,
    /// A sub server: serves its site and replicates with the main server.
    Sub,
    /// A backup server: replicates with the main server and takes its place.
    Backup,
    /// A machine that runs the native viewer.
    Viewer,
}

impl Role {
    /// Every role with the word that names it.
    pub const ALL: [(&'static str, Self); 4] =
        [("server", Self::Server), ("sub", Self::Sub), ("backup", Self::Backup), ("viewer", Self::Viewer)];

    /// Lower-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, role)| *role == self).map_or("server", |(name, _)| name)
    }

    /// What a machine of this role must let through, inbound first, each port once.
    ///
    /// `number` gives the number in effect of a row of the table, or of [`ports::NEARBY`]; `None` where it is switched off.
    #[must_use]
    pub fn rules(self, number: impl Fn(&Port) -> Option<u16>) -> Vec<Rule> {
        let party = if self == Self::Viewer { Party::Viewer } else { Party::Server };
        let mut rules = Vec::new();
        let nearby = Some(&ports::NEARBY).filter(|port| port.party == party);
        for port in ports::of(party).chain(nearby) {
            let Some(number) = number(port) else { continue };
            if port.direction.is_inbound() {
                rules.push(Rule { end: End::Here, ..Rule::new(Direction::In, number, port.protocol, port.purpose) });
            }
            if port.direction != Direction::In {
                rules.push(Rule::new(Direction::Out, number, port.protocol, port.purpose));
            }
            if port.number == ports::DISCOVERY {
                rules.extend(self.search(number));
            }
            if port.number == ports::CONTROL && matches!(self, Self::Sub | Self::Backup) {
                rules.push(Rule::new(Direction::Out, number, port.protocol, "replication with other servers"));
            }
        }
        rules.sort_by_key(|rule| !rule.is_inbound());
        let mut seen = Vec::new();
        rules.retain(|rule| {
            let key = (rule.direction, rule.end, rule.number, rule.protocol);
            let first = !seen.contains(&key);
            seen.push(key);
            first
        });
        rules
    }

    /// What a search by multicast needs besides the row itself. Its answers come from an address that was never asked, so a firewall
    /// that remembers connections takes them for strangers.
    fn search(self, number: u16) -> Vec<Rule> {
        let udp = |direction, purpose| Rule::new(direction, number, Protocol::Udp, purpose);
        match self {
            Self::Viewer => vec![udp(Direction::In, "answers to a search by multicast (WS-Discovery)")],
            Self::Server | Self::Sub | Self::Backup => vec![
                udp(Direction::Out, "announcing the server (WS-Discovery)"),
                Rule { end: End::Here, ..udp(Direction::Out, "answering a search by multicast (WS-Discovery)") },
            ],
        }
    }
}

/// Whose end of a packet carries the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// This machine's: the destination of what comes in, the source of what goes out.
    Here,
    /// The other machine's.
    There,
}

/// One thing to let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Inbound or outbound, never both.
    pub direction: Direction,
    /// Whose end carries the number.
    pub end: End,
    /// The number in effect.
    pub number: u16,
    /// Transport protocol.
    pub protocol: Protocol,
    /// Why, as a phrase without a full stop and without quotation marks.
    pub purpose: &'static str,
}

impl Rule {
    pub(super) const fn new(direction: Direction, number: u16, protocol: Protocol, purpose: &'static str) -> Self {
        Self { direction, end: End::There, number, protocol, purpose }
    }

    /// Whether others call this machine.
    #[must_use]
    pub const fn is_inbound(&self) -> bool {
        self.direction.is_inbound()
    }

    /// Whether the number is the packet's destination port; otherwise it is the source port.
    #[must_use]
    pub fn is_destination(&self) -> bool {
        self.is_inbound() == (self.end == End::Here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbound(role: Role) -> Vec<(u16, Protocol, bool)> {
        let rules = role.rules(|port| Some(port.number));
        rules.iter().filter(|rule| rule.is_inbound()).map(|rule| (rule.number, rule.protocol, rule.is_destination())).collect()
    }

    #[test]
    fn a_server_is_called_on_its_five_ports() {
        let (tcp, udp) = (Protocol::Tcp, Protocol::Udp);
        let expected = [(7237, tcp, true), (80, tcp, true), (443, tcp, true), (3702, udp, true), (123, udp, true)];
        for role in [Role::Server, Role::Sub, Role::Backup] {
            assert_eq!(inbound(role), expected);
        }
    }

    #[test]
    fn a_viewer_is_called_for_time_and_wake_and_gets_answers_to_its_search() {
        let (tcp, udp) = (Protocol::Tcp, Protocol::Udp);
        let expected = [(3702, udp, false), (123, udp, true), (7, udp, true), (9, udp, true), (7238, tcp, true)];
        assert_eq!(inbound(Role::Viewer), expected);
    }

    #[test]
    fn screens_call_each_other_only_where_they_share_files() {
        let near = |is_shared: bool| {
            let rules = Role::Viewer.rules(|port| (is_shared || *port != ports::NEARBY).then_some(port.number));
            let near = rules.iter().filter(|rule| rule.number == ports::NEIGHBOURS);
            near.map(|rule| (rule.direction, rule.is_destination())).collect::<Vec<_>>()
        };
        assert_eq!(near(true), [(Direction::In, true), (Direction::Out, true)]);
        assert!(near(false).is_empty());
    }

    #[test]
    fn only_a_second_server_calls_another_ones_control_port() {
        let calls = |role: Role| {
            let rules = role.rules(|port| Some(port.number));
            rules.iter().any(|rule| !rule.is_inbound() && rule.number == ports::CONTROL)
        };
        assert!(!calls(Role::Server));
        assert!(calls(Role::Sub) && calls(Role::Backup) && calls(Role::Viewer));
    }
}
