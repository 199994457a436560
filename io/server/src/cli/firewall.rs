//! `signboard firewall`.

use clap::builder::PossibleValuesParser;
use domain::firewall::{Format, Outgoing, Role, text};
use domain::ports::NEARBY;

use super::exit::{Exit, Failure};
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

/// What somebody asked for. The words were checked against [`roles`] and [`formats`].
pub(super) struct Wish<'a> {
    pub(super) role: &'a str,
    pub(super) format: &'a str,
    /// What leaves is narrowed too.
    pub(super) outgoing: bool,
    /// The machine shares files with screens nearby.
    pub(super) share: bool,
}

/// Rules for the ports in effect.
pub(super) fn run(config: &Config, wish: Wish<'_>) -> Result<String, Failure> {
    let role = Role::ALL.into_iter().find(|(name, _)| *name == wish.role).map_or(Role::Server, |(_, role)| role);
    let format = Format::ALL.into_iter().find(|(name, _)| *name == wish.format).map_or(Format::Nftables, |(_, format)| format);
    let outgoing = if wish.outgoing { Outgoing::Narrow } else { Outgoing::Open };
    if wish.share && role != Role::Viewer {
        let sentence = format!("`--share` is for screens, and this is a {}; leave it out, or take `--role viewer`.", wish.role);
        return Err(Failure::new(Exit::Usage, sentence));
    }
    let number = |port: &_| match *port == NEARBY {
        true => wish.share.then_some(NEARBY.number),
        false => port_state::is_enabled(config, port).then(|| port_state::number(config, port)),
    };
    Ok(text(role, format, outgoing, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(role: &str, share: bool) -> Result<String, Failure> {
        run(&Config::default(), Wish { role, format: "nftables", outgoing: true, share })
    }

    #[test]
    fn a_screen_is_open_to_others_where_it_shares_files() {
        assert!(rules("viewer", true).unwrap().contains("7238"));
        assert!(!rules("viewer", false).unwrap().contains("7238"));
        assert!(!rules("server", false).unwrap().contains("7238"));
        let refused = rules("sub", true).unwrap_err();
        assert_eq!((refused.exit, refused.sentence.contains("a sub;")), (Exit::Usage, true), "{refused}");
    }
}
