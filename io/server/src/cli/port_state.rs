//! What each port of the table is used for on this machine right now.

use domain::ports::{Party, Port, TABLE};

use crate::config::{Config, HttpMode};
use crate::listen::Holder;

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
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
pub(super) struct Row {
    pub(super) port: &'static Port,
    /// The number that the configuration gives.
    pub(super) number: u16,
    pub(super) state: State,
}

/// Every row of the table under this configuration.
pub(super) fn of(config: &Config) -> Vec<Row> {
    TABLE
        .iter()
        .map(|port| {
            let number = number(config, port);
            Row { port, number, state: state(config, port, number) }
        })
        .collect()
}

fn number(config: &Config, port: &Port) -> u16 {
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

fn is_enabled(config: &Config, port: &Port) -> bool {
    match port.setting {
        Some("discovery.port") => config.discovery.enabled,
        Some("time.port") => config.time.enabled,
        Some("web.http-port") => config.web.http_mode != HttpMode::Off,
        _ => true,
    }
}
