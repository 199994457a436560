//! The network as the server sees it: ports, findings of the doctor, discovery and time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schedule::NamedViewer;

/// One port of the table with its number in effect and its state on the server's machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortView {
    /// The number in effect.
    pub number: u16,
    /// The default number.
    pub default: u16,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// `in`, `out` or `both`, seen from `who`.
    pub direction: &'static str,
    /// `server`, `local`, `viewer` or `html5-viewer`.
    pub who: &'static str,
    /// What travels there.
    pub purpose: &'static str,
    /// The setting that moves it.
    pub setting: Option<&'static str>,
    /// What to know beside it.
    pub note: Option<&'static str>,
    /// What it is used for now.
    pub state: PortState,
    /// Who has it, where it is taken by another program.
    pub holder: Option<String>,
}

/// What a port is used for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PortState {
    /// Nobody has it; the server could take it.
    Free,
    /// A running Signboard has it.
    Listening,
    /// Nothing of ours listens there.
    NotUsed,
    /// Another program has it.
    Taken,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Nothing is broken; worth knowing.
    Note,
    /// Something does not work, or soon will not.
    Trouble,
}

/// One thing that the doctor looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// What was looked at, such as `3702/udp`, `disk` or `multicast eth0`.
    pub subject: String,
    /// How bad it is.
    pub verdict: Verdict,
    /// What was found, as a sentence.
    pub text: String,
    /// What to do, as a sentence; none where nothing need be done.
    pub remedy: Option<String>,
}

impl Finding {
    /// All is well.
    #[must_use]
    pub fn fine(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Fine, text: text.into(), remedy: None }
    }

    /// Worth knowing.
    #[must_use]
    pub fn note(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Note, ..Self::fine(subject, text) }
    }

    /// Does not work.
    #[must_use]
    pub fn trouble(subject: impl Into<String>, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Trouble, remedy: Some(remedy.into()), ..Self::fine(subject, text) }
    }

    /// The same with what to do.
    #[must_use]
    pub fn remedied(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// The network as the server sees it now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NetworkView {
    /// Every row of the table of ports.
    pub ports: Vec<PortView>,
    /// The server's network interfaces.
    pub interfaces: Vec<InterfaceView>,
    /// Being found; none where it is switched off or stood aside.
    pub discovery: Option<DiscoveryView>,
    /// Time by NTP; none where it is switched off.
    pub time: Option<TimeView>,
    /// Services that could not start, and why.
    pub aside: Vec<Finding>,
}

/// A network interface of the server.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InterfaceView {
    /// Its name, such as `eth0`.
    pub name: String,
    /// Its addresses with prefix, such as `192.0.2.7/24`.
    pub addresses: Vec<String>,
    /// Why searches are not answered there; none where they are.
    pub unserved: Option<String>,
}

/// How being found is doing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DiscoveryView {
    /// Questions heard since the start.
    pub heard: u64,
    /// Questions answered since the start.
    pub answered: u64,
    /// Datagrams dropped since the start, for whatever reason.
    pub dropped: u64,
    /// Interfaces where multicast could not be joined, with what the system says.
    pub failures: Vec<String>,
}

/// What time is given out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimeView {
    /// `system` or `own`.
    pub clock: &'static str,
    /// Stratum, 1 to 15; 16 is not synchronised.
    pub stratum: u8,
    /// Where the time comes from, such as an address or `GPS`.
    pub reference: String,
    /// The greatest possible error in seconds; none while it follows nothing.
    pub error_bound: Option<f64>,
    /// Questions answered since the start.
    pub answered: u64,
    /// Questions dropped or told to ask less often since the start.
    pub refused: u64,
    /// The upstream sources, where the clock follows some.
    pub sources: Vec<TimeSourceView>,
}

/// An upstream source of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimeSourceView {
    /// Its address.
    pub address: String,
    /// Its stratum, once it answered.
    pub stratum: Option<u8>,
    /// By how many seconds it is ahead of our clock.
    pub offset: Option<f64>,
    /// Round trip in seconds.
    pub delay: Option<f64>,
    /// How many of the last eight questions were answered.
    pub reached: u32,
    /// Whether our clock follows it.
    pub selected: bool,
}

/// Magic packets are on their way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Waking {
    /// Screens that are called. Each one woke when it connects.
    pub called: Vec<NamedViewer>,
    /// Screens of which no network card is known, so that nothing can wake them.
    pub without_card: Vec<NamedViewer>,
    /// How many network cards are called.
    pub cards: usize,
    /// Over how many seconds, since not all are called at once.
    pub seconds: usize,
}

/// One line of a list of network cards.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardLine {
    /// Name or id of the screen.
    pub viewer: String,
    /// The card's hardware address, such as `00:11:22:aa:bb:cc`.
    pub mac: String,
    /// The password that the card demands (SecureOn), in the form of a hardware address or of an IPv4 address.
    #[serde(default)]
    pub secure_on: Option<String>,
}

/// What became of a list of network cards.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct CardsTaken {
    /// How many were new.
    pub made: usize,
    /// How many were known already at the same screen.
    pub known: usize,
}
