//! What each port of the table is used for on this machine right now.

use api::network::{PortState, PortView};
use domain::ports::{Party, Port, TABLE};

use crate::config::{Config, HttpMode};
use crate::listen::Holder;

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody; the server could take it.
    Free,
    /// A running Signboard.
    Listening,
    /// Nothing of ours listens there.
    NotUsed,
    /// Another program.
    Taken(Holder),
}

/// One row with the number in effect and its state.
#[derive(Debug)]
pub struct Row {
    /// The row.
    pub port: &'static Port,
    /// The number that the configuration gives.
    pub number: u16,
    /// Who has it.
    pub state: State,
}

impl Row {
    /// The row as the API and the command line show it.
    #[must_use]
    pub fn view(&self) -> PortView {
        PortView {
            number: self.number,
            default: self.port.number,
            protocol: self.port.protocol.name(),
            direction: self.port.direction.name(),
            who: self.port.party.name(),
            purpose: self.port.purpose,
            setting: self.port.setting,
            note: self.port.note,
            state: match self.state {
                State::Free => PortState::Free,
                State::Listening => PortState::Listening,
                State::NotUsed => PortState::NotUsed,
                State::Taken(_) => PortState::Taken,
            },
            holder: match &self.state {
                State::Taken(holder) => Some(holder.to_string()),
                _ => None,
            },
        }
    }
}

/// Every row of the table under this configuration.
#[must_use]
pub fn of(config: &Config) -> Vec<Row> {
    TABLE.iter().map(|port| row(config, port)).collect()
}

/// One row.
#[must_use]
pub fn row(config: &Config, port: &'static Port) -> Row {
    let number = number(config, port);
    Row { port, number, state: state(config, port, number) }
}

/// The number in effect.
pub fn number(config: &Config, port: &Port) -> u16 {
    match port.setting {
        Some("control.port") => config.control.port,
        Some("discovery.port") => config.discovery.port,
        Some("time.port") => config.time.port,
        Some("web.http-port") => config.web.http_port,
        Some("web.https-port") => config.web.https_port,
        _ => port.number,
    }
}

fn state(config: &Config, port: &Port, number: u16) -> State {
    let of_this_machine = matches!(port.party, Party::Server | Party::Local);
    if !of_this_machine || !port.direction.is_inbound() || number == 0 {
        return State::NotUsed;
    }
    match Holder::of(port.protocol, number) {
        Some(holder) if holder.is_signboard() => State::Listening,
        Some(holder) => State::Taken(holder),
        None if port.party == Party::Local || !is_enabled(config, port) => State::NotUsed,
        None => State::Free,
    }
}

/// Whether the settings use the port at all.
pub fn is_enabled(config: &Config, port: &Port) -> bool {
    match port.setting {
        Some("discovery.port") => config.discovery.enabled,
        Some("time.port") => config.time.is_on(),
        Some("web.http-port") => config.web.http_mode != HttpMode::Off,
        _ => true,
    }
}
