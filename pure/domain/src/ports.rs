//! The one table of network ports.
//!
//! Everything that names a port reads it from here: the defaults of the settings, `signboard ports`, the sample
//! configuration, firewall rules and the operations pages. The table is data; it knows nothing of sockets and does
//! not say which ports are in use on any machine.

use std::fmt;

use Direction::{Both, In, Out};
use Party::{Html5Viewer, Local, Server, Viewer};

/// TCP and UDP port of the control protocol.
pub const CONTROL: u16 = 7237;
/// TCP port at which viewers give files to their neighbours, where that is wanted. Beside the table: nothing needs it.
pub const NEIGHBOURS: u16 = 7238;
/// UDP port of WS-Discovery (OASIS WS-Discovery 1.1, section 2.4).
pub const DISCOVERY: u16 = 3702;
/// TCP port of online activation.
pub const ACTIVATION: u16 = 4525;
/// TCP port of HTTP (RFC 9110, section 4.2.1).
pub const HTTP: u16 = 80;
/// TCP port of HTTPS (RFC 9110, section 4.2.2).
pub const HTTPS: u16 = 443;
/// UDP port "echo", the usual first port of magic packets.
pub const WAKE_ECHO: u16 = 7;
/// UDP port "discard", the usual second port of magic packets.
pub const WAKE_DISCARD: u16 = 9;
/// UDP port of NTP (RFC 5905, section 7.2).
pub const TIME: u16 = 123;
/// TCP port of AMQP 0-9-1 without TLS.
pub const AMQP: u16 = 5672;
/// TCP port of AMQP 0-9-1 over TLS.
pub const AMQPS: u16 = 5671;
/// TCP port of the broker's management interface without TLS.
pub const BROKER_HTTP: u16 = 15672;
/// TCP port of the broker's management interface over TLS.
pub const BROKER_HTTPS: u16 = 15671;

/// Transport protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Transmission control protocol (RFC 9293).
    Tcp,
    /// User datagram protocol (RFC 768).
    Udp,
}

impl Protocol {
    /// Lower-case name, as firewalls write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which way the first packet travels, seen from the machine of [`Party`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Others call this machine: the firewall must let them in.
    In,
    /// This machine calls others.
    Out,
    /// Both of them.
    Both,
}

impl Direction {
    /// Lower-case name: `in`, `out` or `both`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Both => "both",
        }
    }

    /// Whether others call this machine on the port.
    #[must_use]
    pub const fn is_inbound(self) -> bool {
        matches!(self, Self::In | Self::Both)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The machine whose firewall a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The machine that runs the server, towards other machines.
    Server,
    /// The machine that runs the server, on loopback only.
    Local,
    /// A machine that runs the native viewer.
    Viewer,
    /// A browser or television that runs the HTML5 viewer.
    Html5Viewer,
}

impl Party {
    /// Lower-case name: `server`, `local`, `viewer` or `html5-viewer`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Local => "local",
            Self::Viewer => "viewer",
            Self::Html5Viewer => "html5-viewer",
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// Default number.
    pub number: u16,
    /// Transport protocol.
    pub protocol: Protocol,
    /// Which way the first packet travels, seen from `party`.
    pub direction: Direction,
    /// Whose firewall is meant.
    pub party: Party,
    /// What travels there, as a phrase without a full stop.
    pub purpose: &'static str,
    /// Key of the setting that moves the port; `None` where a standard or the other side fixes the number.
    pub setting: Option<&'static str>,
    /// What an operator should know beside it, as a sentence.
    pub note: Option<&'static str>,
}

impl Port {
    const fn tcp(number: u16, direction: Direction, party: Party, purpose: &'static str) -> Self {
        Self { number, protocol: Protocol::Tcp, direction, party, purpose, setting: None, note: None }
    }

    const fn udp(number: u16, direction: Direction, party: Party, purpose: &'static str) -> Self {
        Self { number, protocol: Protocol::Udp, direction, party, purpose, setting: None, note: None }
    }

    const fn moved_by(mut self, setting: &'static str) -> Self {
        self.setting = Some(setting);
        self
    }

    const fn noting(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
}

const EITHER_WEB_PORT: &str = "One of 80 and 443 is enough.";
const EITHER_ACTIVATION_PORT: &str = "One of 4525 and 443 is enough.";
const EXTERNAL_BROKER: &str = "Only with an external broker; the built-in one needs no port.";
const SELDOM_OPENED: &str = "The network card reads the packet while the machine sleeps. The viewer listens only while `signboard wake NAME --test` asks it to.";

/// Every port of an installation, the server's first, each group from the most to the least needed.
#[rustfmt::skip]
pub const TABLE: &[Port] = &[
    Port::tcp(CONTROL, In, Server, "viewers, other servers and administration tools")
        .moved_by("control.port"),
    Port::tcp(HTTP, Both, Server, "admin, API, HTML5 viewer, software updates and replication over HTTP")
        .moved_by("web.http-port").noting(EITHER_WEB_PORT),
    Port::tcp(HTTPS, Both, Server, "admin, API, HTML5 viewer, software updates and replication over HTTPS")
        .moved_by("web.https-port").noting(EITHER_WEB_PORT),
    Port::udp(DISCOVERY, In, Server, "finding the server in the network (WS-Discovery)")
        .moved_by("discovery.port"),
    Port::udp(TIME, Both, Server, "time for viewers, and time from upstream sources (NTP)")
        .moved_by("time.port"),
    Port::udp(WAKE_ECHO, Out, Server, "waking viewers (Wake-on-LAN)"),
    Port::udp(WAKE_DISCARD, Out, Server, "waking viewers (Wake-on-LAN)"),
    Port::tcp(ACTIVATION, Out, Server, "online activation")
        .noting(EITHER_ACTIVATION_PORT),
    Port::tcp(HTTPS, Out, Server, "online activation")
        .noting(EITHER_ACTIVATION_PORT),
    Port::tcp(AMQP, Both, Local, "message broker (AMQP)")
        .noting(EXTERNAL_BROKER),
    Port::tcp(AMQPS, Both, Local, "message broker (AMQP over TLS)")
        .noting(EXTERNAL_BROKER),
    Port::tcp(BROKER_HTTP, Both, Local, "management interface of the message broker (HTTP)")
        .noting(EXTERNAL_BROKER),
    Port::tcp(BROKER_HTTPS, Both, Local, "management interface of the message broker (HTTPS)")
        .noting(EXTERNAL_BROKER),
    Port::tcp(CONTROL, Out, Viewer, "session with the server")
        .moved_by("control.port").noting("Where it is closed, the session travels through 80 or 443."),
    Port::udp(DISCOVERY, Out, Viewer, "finding the server in the network (WS-Discovery)")
        .moved_by("discovery.port"),
    Port::udp(TIME, Both, Viewer, "time from the server (NTP)")
        .moved_by("time.port"),
    Port::udp(WAKE_ECHO, In, Viewer, "being woken (Wake-on-LAN)")
        .noting(SELDOM_OPENED),
    Port::udp(WAKE_DISCARD, In, Viewer, "being woken (Wake-on-LAN)")
        .noting(SELDOM_OPENED),
    Port::tcp(HTTP, Out, Html5Viewer, "everything that the HTML5 viewer needs, over HTTP")
        .moved_by("web.http-port").noting(EITHER_WEB_PORT),
    Port::tcp(HTTPS, Out, Html5Viewer, "everything that the HTML5 viewer needs, over HTTPS")
        .moved_by("web.https-port").noting(EITHER_WEB_PORT),
];

/// Where screens give each other files, if they shall: beside the table, since nothing needs it, and off where nobody wants it.
pub const NEARBY: Port = Port::tcp(NEIGHBOURS, Both, Viewer, "files from and to screens nearby");

/// The rows of one party, in the order of the table.
pub fn of(party: Party) -> impl Iterator<Item = &'static Port> {
    TABLE.iter().filter(move |port| port.party == party)
}

/// The server's row that a setting moves, such as `control.port`; `None` for a key that moves no port.
#[must_use]
pub fn by_setting(key: &str) -> Option<&'static Port> {
    of(Party::Server).find(|port| port.setting == Some(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The ports that the product must know: party, number, protocol, direction.
    const REQUIRED: &[(Party, u16, Protocol, Direction)] = &[
        (Server, 7237, Protocol::Tcp, In),
        (Server, 3702, Protocol::Udp, In),
        (Server, 4525, Protocol::Tcp, Out),
        (Server, 443, Protocol::Tcp, Out),
        (Server, 80, Protocol::Tcp, Both),
        (Server, 443, Protocol::Tcp, Both),
        (Server, 7, Protocol::Udp, Out),
        (Server, 9, Protocol::Udp, Out),
        (Server, 123, Protocol::Udp, Both),
        (Local, 15672, Protocol::Tcp, Both),
        (Local, 15671, Protocol::Tcp, Both),
        (Local, 5672, Protocol::Tcp, Both),
        (Local, 5671, Protocol::Tcp, Both),
        (Viewer, 7237, Protocol::Tcp, Out),
        (Viewer, 3702, Protocol::Udp, Out),
        (Viewer, 7, Protocol::Udp, In),
        (Viewer, 9, Protocol::Udp, In),
        (Viewer, 123, Protocol::Udp, Both),
        (Html5Viewer, 80, Protocol::Tcp, Out),
        (Html5Viewer, 443, Protocol::Tcp, Out),
    ];

    #[test]
    fn table_has_exactly_the_required_rows() {
        let key = |port: &Port| (port.party, port.number, port.protocol, port.direction);
        let table: BTreeSet<_> = TABLE.iter().map(key).collect();
        assert_eq!(table, REQUIRED.iter().copied().collect());
        assert_eq!(table.len(), TABLE.len(), "a row stands twice");
    }

    #[test]
    fn what_the_server_listens_on_can_be_moved() {
        for port in of(Server).filter(|port| port.direction.is_inbound()) {
            let key = port.setting.unwrap_or_else(|| panic!("{} has no setting", port.number));
            assert_eq!(by_setting(key), Some(port));
        }
    }

    #[test]
    fn an_unknown_setting_moves_no_port() {
        assert_eq!(by_setting("web.port"), None);
        assert_eq!(by_setting(""), None);
    }

    #[test]
    fn purposes_are_phrases_and_notes_are_sentences() {
        for port in TABLE {
            assert!(!port.purpose.ends_with('.'), "{}", port.purpose);
            assert!(port.note.is_none_or(|note| note.ends_with('.')), "{}", port.number);
        }
    }
}
