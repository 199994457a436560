//! `signboard firewall`.

use clap::builder::PossibleValuesParser;
use domain::firewall::{Format, Outgoing, Role, text};

use crate::config::Config;
use crate::network::port_state;

/// The words for roles.
pub(super) fn roles() -> PossibleValuesParser {
    Role::ALL.map(|(name, _)| name).into()
}

/// The words for formats.
pub(super) fn formats() -> PossibleValuesParser {
    Format::ALL.map(|(name, _)| name).into()
}

/// Rules for the ports in effect. The words were checked against [`roles`] and [`formats`].
pub(super) fn run(config: &Config, role: &str, format: &str, outgoing: bool) -> String {
    let role = Role::ALL.into_iter().find(|(name, _)| *name == role).map_or(Role::Server, |(_, role)| role);
    let format = Format::ALL.into_iter().find(|(name, _)| *name == format).map_or(Format::Nftables, |(_, format)| format);
    let outgoing = if outgoing { Outgoing::Narrow } else { Outgoing::Open };
    text(role, format, outgoing, |port| port_state::is_enabled(config, port).then(|| port_state::number(config, port)))
}
